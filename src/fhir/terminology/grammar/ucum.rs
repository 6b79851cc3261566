//! Reads codes of UCUM (<https://ucum.org/ucum>, 2 and 3): whether a code is one by
//! its grammar, and whether its parts are units. What they amount to is FHIRPath's.

/// What a code is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    /// A unit.
    Known,
    /// Written as a unit, with a part that is not in the lists here.
    Unknown(String),
    /// Not written as a unit; why.
    Broken(&'static str),
}

/// Units that take a prefix.
const METRIC: &str = "m s g rad K C cd mol sr Hz N Pa J W A V F Ohm S Wb Cel T H lm lx Bq Gy Sv l L ar t bar u eV pc \
    m[H2O] m[Hg] kat U cal cal_[15] cal_[20] cal_m cal_IT cal_th g% Np B B[SPL] B[V] B[mV] B[uV] B[10.nV] B[W] B[kW] \
    st mho Mx G Oe Gb Lmb ph Ci R RAD REM dyn erg P St Ky Kt [iU] [IU] [arb'U] [USP'U] [GPL'U] [MPL'U] [APL'U] [beth'U] \
    [anti'Xa'U] [todd'U] [dye'U] [smgy'U] [bdsk'U] [ka'U] [knk'U] [mclg'U] [tb'U] [CCID_50] [TCID_50] [EID_50] [PFU] [FFU] [CFU] \
    [BAU] [AU] [Amb'a'1'U] [PNU] [Lf] [D'ag'U] [FEU] [ELU] [EU] [IR] eq osm meq [e] [eps_0] [mu_0] [k] [h] [m_e] [m_p] [c] [G] [g] \
    [ly] gf sb bit bit_s By Bd [sft_i] Torr [m/s2/Hz^(1/2)]";
/// Units that take none.
const PLAIN: &str = "10* 10^ [pi] % [ppth] [ppm] [ppb] [pptr] deg ' '' gon circ sph min h d wk mo mo_s mo_j mo_g a a_t a_j a_g \
    AU atm att lbf [lbf_av] [psi] dpt \
    [in_i] [ft_i] [yd_i] [mi_i] [fth_i] [nmi_i] [kn_i] [sin_i] [syd_i] [cin_i] [cft_i] [cyd_i] [bf_i] [cr_i] [mil_i] [cml_i] \
    [hd_i] [ft_us] [yd_us] [in_us] [rd_us] [ch_us] [lk_us] [rch_us] [rlk_us] [fth_us] [fur_us] [mi_us] [acr_us] [srd_us] [smi_us] \
    [sct] [twp] [mil_us] [in_br] [ft_br] [rd_br] [ch_br] [lk_br] [fth_br] [pc_br] [yd_br] [mi_br] [nmi_br] [kn_br] [acr_br] \
    [gal_us] [bbl_us] [qt_us] [pt_us] [gil_us] [foz_us] [fdr_us] [min_us] [crd_us] [bu_us] [gal_wi] [pk_us] [dqt_us] [dpt_us] \
    [tbs_us] [tsp_us] [cup_us] [foz_m] [cup_m] [tsp_m] [tbs_m] [gal_br] [pk_br] [bu_br] [qt_br] [pt_br] [gil_br] [foz_br] [fdr_br] \
    [min_br] [gr] [lb_av] [oz_av] [dr_av] [scwt_av] [lcwt_av] [ston_av] [lton_av] [stone_av] [pwt_tr] [oz_tr] [lb_tr] [sc_ap] \
    [dr_ap] [oz_ap] [lb_ap] [oz_m] [lne] [pnt] [pca] [pnt_pr] [pca_pr] [pied] [pouce] [ligne] [didot] [cicero] [degF] [degR] [degRe] \
    [Cal] [Btu_39] [Btu_59] [Btu_60] [Btu_m] [Btu_IT] [Btu_th] [Btu] [HP] tex [den] [in_i'H2O] [in_i'Hg] [PRU] [wood'U] [diop] \
    [p'diop] %[slope] [mesh_i] [Ch] [drp] [hnsf'U] [MET] [hp'_X] [hp'_C] [hp'_M] [hp'_Q] [hp_X] [hp_C] [hp_M] [hp_Q] [kp_X] [kp_C] \
    [kp_M] [kp_Q] [pH] [S] [HPF] [LPF] [arb'U] [CAE'U] [bbl_us] [acr_us] [smoot] [car_m] [car_Au] [k'at] bit_s [NTU] [FNU] [Amb'a'1'U]";
/// What a metric unit can begin with.
const PREFIXES: &str = "da Ki Mi Gi Ti Y Z E P T G M k h d c m u n p f a z y";
/// Deepest parentheses.
const MAX_DEPTH: usize = 16;

/// Reads a code.
pub(crate) fn read(code: &str) -> Unit {
    // In braces UCUM has the same letters, but what stands there says nothing of the unit.
    if !without_annotations(code).0.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Unit::Broken("it has white space, or letters that UCUM does not use");
    }
    let mut reader = Reader { rest: code, unknown: None };
    match reader.term(0) {
        Err(why) => Unit::Broken(why),
        Ok(()) if !reader.rest.is_empty() => Unit::Broken("a parenthesis is closed that was never opened"),
        Ok(()) => reader.unknown.map_or(Unit::Known, |part| Unit::Unknown(part.to_owned())),
    }
}

/// The code without what stands in braces, and the first of that.
pub(crate) fn without_annotations(code: &str) -> (String, Option<String>) {
    let (mut bare, mut first, mut rest) = (String::new(), None, code);
    while let Some((before, after)) = rest.split_once('{') {
        bare.push_str(before);
        let (inside, behind) = after.split_once('}').unwrap_or((after, ""));
        first.get_or_insert_with(|| format!("{{{inside}}}"));
        rest = behind;
    }
    bare.push_str(rest);
    (bare, first)
}

struct Reader<'c> {
    rest: &'c str,
    /// The first part that is not in the lists.
    unknown: Option<&'c str>,
}

impl<'c> Reader<'c> {
    fn take(&mut self, letter: char) -> bool {
        let rest = self.rest.strip_prefix(letter);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// Components with `.` or `/` between them; one may begin with `/`.
    fn term(&mut self, depth: usize) -> Result<(), &'static str> {
        if depth > MAX_DEPTH {
            return Err("its parentheses are nested too deep");
        }
        self.take('/');
        loop {
            self.component(depth)?;
            if !self.take('.') && !self.take('/') {
                return Ok(());
            }
        }
    }

    fn component(&mut self, depth: usize) -> Result<(), &'static str> {
        if self.take('(') {
            self.term(depth + 1)?;
            if !self.take(')') {
                return Err("a parenthesis is not closed");
            }
            return self.annotation().map(drop);
        }
        let symbol = self.symbol()?;
        let has_annotation = self.annotation()?;
        if symbol.is_empty() {
            return if has_annotation { Ok(()) } else { Err("a unit is missing before or behind `.` or `/`") };
        }
        if !is_unit(symbol) {
            self.unknown.get_or_insert(symbol);
        }
        Ok(())
    }

    /// Up to what ends a unit; in brackets all letters belong to it.
    fn symbol(&mut self) -> Result<&'c str, &'static str> {
        let mut in_brackets = false;
        let mut end = self.rest.len();
        for (at, letter) in self.rest.char_indices() {
            match letter {
                '[' if in_brackets => return Err("a bracket is not closed"),
                '[' => in_brackets = true,
                ']' if !in_brackets => return Err("a bracket is closed that was never opened"),
                ']' => in_brackets = false,
                '.' | '/' | '(' | ')' | '{' if !in_brackets => {
                    end = at;
                    break;
                }
                '}' if !in_brackets => return Err("a brace is closed that was never opened"),
                _ => {}
            }
        }
        if in_brackets {
            return Err("a bracket is not closed");
        }
        let (symbol, rest) = self.rest.split_at(end);
        if rest.starts_with('(') {
            return Err("a parenthesis stands right behind a unit");
        }
        self.rest = rest;
        Ok(symbol)
    }

    fn annotation(&mut self) -> Result<bool, &'static str> {
        if !self.take('{') {
            return Ok(false);
        }
        let (inside, rest) = self.rest.split_once('}').ok_or("a brace is not closed")?;
        if inside.contains('{') {
            return Err("a brace stands within another");
        }
        if !rest.is_empty() && !rest.starts_with(['.', '/', ')']) {
            return Err("a unit stands right behind a brace");
        }
        self.rest = rest;
        Ok(true)
    }
}

/// A whole number, or a unit with prefix and power.
fn is_unit(symbol: &str) -> bool {
    if symbol.bytes().all(|byte| byte.is_ascii_digit()) {
        return true;
    }
    let without_power = symbol.trim_end_matches(|letter: char| letter.is_ascii_digit());
    let without_power = if without_power.len() < symbol.len() {
        without_power.strip_suffix(['+', '-']).unwrap_or(without_power)
    } else {
        without_power
    };
    is_atom(symbol) || is_atom(without_power)
}

fn is_atom(code: &str) -> bool {
    let is_in = |list: &str, code: &str| list.split_ascii_whitespace().any(|known| known == code);
    let prefixed = |prefix: &str| code.strip_prefix(prefix).is_some_and(|rest| is_in(METRIC, rest));
    is_in(PLAIN, code) || is_in(METRIC, code) || PREFIXES.split_ascii_whitespace().any(prefixed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_read_with_prefix_power_and_annotation() {
        for right in [
            "mg",
            "mm[Hg]",
            "Cel",
            "/min",
            "10*9/L",
            "mmol/mol",
            "kg/m2",
            "{score}",
            "1",
            "[degF]",
            "ug/(24.h)",
            "L/min{x}",
            "s-1",
            "m+2",
            "[drp]",
            "%",
            "mL/min/{1.73_m2}",
            "dag",
            "cm[H2O]",
            "mol/L",
            "(m.s)/kg",
            "2.mg",
            "{per week}",
            "dB",
            "umol",
            "[pH]",
            "a",
            "wk",
        ] {
            assert_eq!(read(right), Unit::Known, "{right}");
        }
    }

    #[test]
    fn what_is_written_as_a_unit_but_not_known_is_said_as_such() {
        for (code, part) in [("flurb", "flurb"), ("mg/dag2x", "dag2x"), ("IE", "IE"), ("[foo]", "[foo]")] {
            assert_eq!(read(code), Unit::Unknown(part.to_owned()), "{code}");
        }
    }

    #[test]
    fn broken_codes_are_no_units() {
        for wrong in
            ["mm Hg", "mg/", "//L", "mg..L", "mm[Hg", "mmHg]", "(mg", "mg)", "{x", "x}", "µg", "mg{a}L", "mg(L)", ".mg", "{a{b}}"]
        {
            assert!(matches!(read(wrong), Unit::Broken(_)), "{wrong}");
        }
    }

    #[test]
    fn annotations_are_told_apart() {
        assert_eq!(without_annotations("mg{a}/L{b}"), ("mg/L".to_owned(), Some("{a}".to_owned())));
        assert_eq!(without_annotations("mg"), ("mg".to_owned(), None));
    }
}
