//! The data-entry sheet: one page a persona, in Dutch, to be printed. In the
//! order of the information standard and with its names.

use std::fmt::Write;

use crate::judge::{Line, Sheet, Topic};

const STYLE: &str = "
:root { color-scheme: light; }
body { font: 10.5pt/1.4 system-ui, sans-serif; color: #1b1b1b; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin: 0 0 .2rem; }
h2 { font-size: 1.08rem; margin: 1.4rem 0 .3rem; border-bottom: 2px solid #333; break-after: avoid; }
h3 { font-size: .95rem; margin: .7rem 0 .2rem; color: #444; break-after: avoid; }
.sheet + .sheet { break-before: page; margin-top: 4rem; }
.about { margin: .1rem 0; color: #444; }
table { width: 100%; border-collapse: collapse; break-inside: avoid; }
th, td { text-align: left; vertical-align: top; padding: .22rem .6rem .22rem 0; border-bottom: 1px solid #ccc; font-weight: inherit; }
th { width: 40%; } td.done { width: 1.4rem; }
.id { color: #666; font-size: .85em; font-variant-numeric: tabular-nums; }
.group { color: #666; }
.box { display: inline-block; width: .85rem; height: .85rem; border: 1px solid #555; }
@media print { body { margin: 0; max-width: none; } }
";

/// The page with these sheets.
#[must_use]
pub fn html(sheets: &[Sheet]) -> String {
    let mut html = String::from("<!DOCTYPE html>\n<html lang=\"nl\">\n<head>\n<meta charset=\"utf-8\">\n");
    html.push_str("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>Invoerblad PZP</title>\n");
    let _ = writeln!(html, "<style>{STYLE}</style>\n</head>\n<body>");
    sheets.iter().for_each(|sheet| one(&mut html, sheet));
    html.push_str("</body>\n</html>\n");
    html
}

fn one(html: &mut String, sheet: &Sheet) {
    let _ = writeln!(html, "<section class=\"sheet\">\n<h1>Invoerblad: {}</h1>", clean(&sheet.title.nl));
    let _ = writeln!(html, "<p class=\"about\">{}</p>", clean(&sheet.why.nl));
    let _ = writeln!(html, "<p class=\"about\">{}; FHIR {}.</p>", clean(&sheet.dataset.nl), sheet.fhir.name());
    let _ = writeln!(
        html,
        "<p class=\"about\">Testpersoon <b>{}</b>, BSN <b>{}</b> (testnummer). De gegevens horen zo te zijn op {}. \
         Codes staan tussen haakjes; wat hier niet staat, blijft leeg.</p>",
        clean(&sheet.persona),
        clean(&sheet.bsn),
        clean(&sheet.clock)
    );
    sheet.topics.iter().for_each(|own| topic(html, own));
    html.push_str("</section>\n");
}

fn topic(html: &mut String, topic: &Topic) {
    let _ = writeln!(html, "<h2>{} <span class=\"id\">{}</span></h2>", clean(&topic.name), topic.id);
    for (number, lines) in topic.entries.iter().enumerate() {
        if topic.entries.len() > 1 {
            let _ = writeln!(html, "<h3>{} van {}</h3>", number + 1, topic.entries.len());
        }
        html.push_str("<table><tbody>\n");
        lines.iter().for_each(|own| line(html, own));
        html.push_str("</tbody></table>\n");
    }
}

fn line(html: &mut String, line: &Line) {
    let groups = line.groups.iter().map(|group| format!("<span class=\"group\">{} › </span>", clean(group)));
    let or = line
        .or
        .iter()
        .map(|(id, name)| format!(" <span class=\"group\">of</span> <span class=\"id\">{id}</span> {}", clean(name)));
    let values = line.values.iter().map(|value| clean(value)).collect::<Vec<_>>().join("<br>");
    let _ = writeln!(
        html,
        "<tr><th scope=\"row\"><span class=\"id\">{}</span> {}{}{}</th><td>{values}</td><td class=\"done\"><span class=\"box\"></span></td></tr>",
        line.id,
        groups.collect::<String>(),
        clean(&line.name),
        or.collect::<String>()
    );
}

fn clean(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => clean.push_str("&amp;"),
            '<' => clean.push_str("&lt;"),
            '>' => clean.push_str("&gt;"),
            '"' => clean.push_str("&quot;"),
            letter => clean.push(letter),
        }
    }
    clean
}
