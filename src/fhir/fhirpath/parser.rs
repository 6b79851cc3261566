//! From tokens to the tree of an expression, by operator strength. Both the
//! length of the text and the depth of the tree are bounded here, so that
//! everything which walks the tree may recurse.

use std::sync::OnceLock;

use super::ast::{Branch, Call, Kind, Namespace, Negative, Operator, Range, TYPE_STRENGTH, TypeName, TypeOperator};
use super::item::{Item, Unit};
use super::lexer::{self, Token, TokenKind};
use super::{SyntaxError, functions, literal};

/// Bytes that an expression may have.
pub(super) const LONGEST: usize = 16 * 1024;

/// How deep an expression may be nested, chains of steps included.
pub(super) const DEEPEST: u16 = 100;

/// Parses a whole expression.
pub(super) fn parse(text: &str) -> Result<Branch, SyntaxError> {
    if text.len() > LONGEST {
        return Err(SyntaxError::new(
            LONGEST..text.len(),
            format!("an expression may have {LONGEST} bytes, this one has {}", text.len()),
        ));
    }
    let mut parser = Parser { tokens: lexer::tokens(text)?, at: 0, depth: 0 };
    let branch = parser.expression(0)?;
    match parser.peek().kind {
        TokenKind::End => Ok(branch),
        _ => Err(parser.unexpected("the end of the expression, or an operator")),
    }
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    depth: u16,
}

impl Parser {
    fn peek(&self) -> &Token {
        &self.tokens[self.at.min(self.tokens.len() - 1)]
    }

    fn next(&mut self) -> Token {
        let token = self.peek().clone();
        self.at += 1;
        token
    }

    fn last_range(&self) -> Range {
        self.tokens[self.at.saturating_sub(1).min(self.tokens.len() - 1)].range
    }

    fn sees(&self, symbol: &str) -> bool {
        matches!(self.peek().kind, TokenKind::Symbol(found) if found == symbol)
    }

    fn take(&mut self, symbol: &str) -> bool {
        let seen = self.sees(symbol);
        self.at += usize::from(seen);
        seen
    }

    fn expect(&mut self, symbol: &str) -> Result<(), SyntaxError> {
        if self.take(symbol) { Ok(()) } else { Err(self.unexpected(&format!("`{symbol}`"))) }
    }

    fn unexpected(&self, wanted: &str) -> SyntaxError {
        let token = self.peek();
        let found = match &token.kind {
            TokenKind::End => "the expression ends here".to_owned(),
            TokenKind::Word(text) | TokenKind::Quoted(text) | TokenKind::Number(text) => format!("`{text}` stands here"),
            TokenKind::String(text) => format!("`'{text}'` stands here"),
            TokenKind::Moment(text) => format!("`@{text}` stands here"),
            TokenKind::Variable(text) => format!("`%{text}` stands here"),
            TokenKind::Dollar(text) => format!("`${text}` stands here"),
            TokenKind::Symbol(text) => format!("`{text}` stands here"),
        };
        let error = SyntaxError::at(token.range, format!("{found}, expected {wanted}"));
        match token.kind {
            TokenKind::Symbol("=") => error.hint("one `=` compares: `a = b`"),
            _ => error,
        }
    }

    /// Builds a branch on top of others, unless that makes the tree too deep.
    fn branch(&self, kind: Kind, range: Range) -> Result<Branch, SyntaxError> {
        let depth = 1 + deepest_below(&kind);
        if depth > DEEPEST {
            return Err(SyntaxError::at(range, format!("this is nested more than {DEEPEST} deep")));
        }
        Ok(Branch { kind, range, depth })
    }

    /// An expression whose operators bind at least as strongly as `least`.
    fn expression(&mut self, least: u8) -> Result<Branch, SyntaxError> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(SyntaxError::at(self.peek().range, format!("this is nested more than {DEEPEST} deep")));
        }
        let mut left = self.signed()?;
        while let Some((strength, operator)) = self.operator().filter(|(strength, _)| *strength >= least) {
            self.at += 1;
            left = match operator {
                Infix::Between(operator) => {
                    let right = self.expression(strength + 1)?;
                    let range = left.range.to(right.range);
                    self.branch(Kind::Binary { operator, left: Box::new(left), right: Box::new(right) }, range)?
                }
                Infix::Type(operator) => {
                    let name = self.type_name()?;
                    let range = left.range.to(name.range);
                    self.branch(Kind::Typed { operator, of: Some(Box::new(left)), name }, range)?
                }
            };
        }
        self.depth -= 1;
        Ok(left)
    }

    fn operator(&self) -> Option<(u8, Infix)> {
        match &self.peek().kind {
            TokenKind::Word(word) if word == "is" => Some((TYPE_STRENGTH, Infix::Type(TypeOperator::Is))),
            TokenKind::Word(word) if word == "as" => Some((TYPE_STRENGTH, Infix::Type(TypeOperator::As))),
            TokenKind::Word(word) => Operator::named(word).map(|operator| (operator.strength(), Infix::Between(operator))),
            TokenKind::Symbol(symbol) => Operator::named(symbol).map(|operator| (operator.strength(), Infix::Between(operator))),
            _ => None,
        }
    }

    fn signed(&mut self) -> Result<Branch, SyntaxError> {
        let start = self.peek().range;
        let negative = match self.peek().kind {
            TokenKind::Symbol("-") => Negative::Yes,
            TokenKind::Symbol("+") => Negative::No,
            _ => return self.steps(),
        };
        self.at += 1;
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(SyntaxError::at(start, format!("this is nested more than {DEEPEST} deep")));
        }
        let of = self.signed()?;
        self.depth -= 1;
        let range = start.to(of.range);
        self.branch(Kind::Signed { negative, of: Box::new(of) }, range)
    }

    /// A term and all `.name`, `.name(...)` and `[index]` behind it.
    fn steps(&mut self) -> Result<Branch, SyntaxError> {
        let mut of = self.term()?;
        loop {
            if self.take(".") {
                of = self.step(of)?;
            } else if self.take("[") {
                let index = self.expression(0)?;
                self.expect("]")?;
                let range = of.range.to(self.last_range());
                of = self.branch(Kind::Indexed { of: Box::new(of), index: Box::new(index) }, range)?;
            } else {
                return Ok(of);
            }
        }
    }

    fn step(&mut self, of: Branch) -> Result<Branch, SyntaxError> {
        match &self.peek().kind {
            TokenKind::Word(_) | TokenKind::Quoted(_) => self.named(Some(of)),
            TokenKind::Dollar(_) => self.term(),
            _ => Err(self.unexpected("the name of an element or a function")),
        }
    }

    /// An element, or a function when a `(` follows.
    fn named(&mut self, of: Option<Branch>) -> Result<Branch, SyntaxError> {
        let token = self.next();
        let (TokenKind::Word(name) | TokenKind::Quoted(name)) = token.kind else {
            self.at -= 1;
            return Err(self.unexpected("a name"));
        };
        let start = of.as_ref().map_or(token.range, |of| of.range);
        if !self.take("(") {
            let kind = Kind::Element { of: of.map(Box::new), name: name.into(), at: token.range };
            return self.branch(kind, start.to(token.range));
        }
        let type_operator = match name.as_str() {
            "is" => Some(TypeOperator::Is),
            "as" => Some(TypeOperator::As),
            "ofType" => Some(TypeOperator::OfType),
            _ => None,
        };
        if let Some(operator) = type_operator {
            let type_name = self.type_name()?;
            self.expect(")")?;
            let kind = Kind::Typed { operator, of: of.map(Box::new), name: type_name };
            return self.branch(kind, start.to(self.last_range()));
        }
        let arguments = self.arguments()?;
        let function = functions::named(&name);
        let call = Call { of, name: name.into(), name_range: token.range, function, arguments, regex: OnceLock::new() };
        self.branch(Kind::Call(Box::new(call)), start.to(self.last_range()))
    }

    fn arguments(&mut self) -> Result<Vec<Branch>, SyntaxError> {
        let mut arguments = Vec::new();
        if self.take(")") {
            return Ok(arguments);
        }
        loop {
            arguments.push(self.expression(0)?);
            if self.take(")") {
                return Ok(arguments);
            }
            if !self.take(",") {
                return Err(self.unexpected("`,` or `)`"));
            }
        }
    }

    fn type_name(&mut self) -> Result<TypeName, SyntaxError> {
        let (first, mut range) = self.type_word()?;
        if !self.sees(".") {
            return Ok(TypeName { namespace: None, name: first.into(), range });
        }
        let namespace = match first.as_str() {
            "System" => Namespace::System,
            "FHIR" => Namespace::Fhir,
            // `(value as Quantity).unit` needs its brackets, `value as Quantity.unit` is read by nobody alike.
            _ => return Err(SyntaxError::at(range, format!("unknown namespace `{first}`")).hint("known are `FHIR` and `System`")),
        };
        self.at += 1;
        let (name, end) = self.type_word()?;
        range = range.to(end);
        Ok(TypeName { namespace: Some(namespace), name: name.into(), range })
    }

    fn type_word(&mut self) -> Result<(String, Range), SyntaxError> {
        let token = self.peek().clone();
        match token.kind {
            TokenKind::Word(name) | TokenKind::Quoted(name) => {
                self.at += 1;
                Ok((name, token.range))
            }
            _ => Err(self.unexpected("the name of a type")),
        }
    }

    fn term(&mut self) -> Result<Branch, SyntaxError> {
        let token = self.peek().clone();
        let kind = match token.kind {
            TokenKind::Word(ref word) if !self.is_call() && (word == "true" || word == "false") => {
                Kind::Literal(Item::Boolean(word == "true"))
            }
            TokenKind::Word(_) | TokenKind::Quoted(_) => return self.named(None),
            TokenKind::Symbol("(") => return self.bracketed(),
            TokenKind::Symbol("{") => {
                self.at += 1;
                self.expect("}")?;
                return self.branch(Kind::Empty, token.range.to(self.last_range()));
            }
            TokenKind::String(text) => Kind::Literal(Item::String(text)),
            TokenKind::Variable(name) => Kind::Variable(name.into()),
            TokenKind::Dollar(name) => dollar(&name, token.range)?,
            TokenKind::Number(written) => return self.number(&written, token.range),
            TokenKind::Moment(written) => Kind::Literal(literal::moment(&written).ok_or_else(|| {
                SyntaxError::at(token.range, format!("`@{written}` is not a date or time"))
                    .hint("as in `@2026-03-14`, `@2026-03-14T09:26:53+01:00` or `@T09:26`; a time alone has no offset")
            })?),
            TokenKind::Symbol(_) | TokenKind::End => return Err(self.unexpected("an element, a literal or `(`")),
        };
        self.at += 1;
        self.branch(kind, token.range)
    }

    fn is_call(&self) -> bool {
        matches!(self.tokens.get(self.at + 1).map(|token| &token.kind), Some(TokenKind::Symbol("(")))
    }

    fn bracketed(&mut self) -> Result<Branch, SyntaxError> {
        let start = self.next().range;
        let mut inner = self.expression(0)?;
        self.expect(")")?;
        inner.range = start.to(self.last_range());
        Ok(inner)
    }

    /// A number, or a quantity when a unit follows.
    fn number(&mut self, written: &str, range: Range) -> Result<Branch, SyntaxError> {
        self.at += 1;
        let unit = match &self.peek().kind {
            TokenKind::String(code) => Some(Unit::Ucum(code.as_str().into())),
            TokenKind::Word(word) => Unit::calendar(word),
            _ => None,
        };
        let (value, range) = match unit {
            Some(unit) => {
                self.at += 1;
                (literal::quantity(written, unit), range.to(self.last_range()))
            }
            None => (literal::number(written), range),
        };
        let value = value.ok_or_else(|| SyntaxError::at(range, format!("`{written}` is too large a number")))?;
        self.branch(Kind::Literal(value), range)
    }
}

enum Infix {
    Between(Operator),
    Type(TypeOperator),
}

fn dollar(name: &str, range: Range) -> Result<Kind, SyntaxError> {
    match name {
        "this" => Ok(Kind::This),
        "index" => Ok(Kind::Index),
        "total" => Ok(Kind::Total),
        _ => Err(SyntaxError::at(range, format!("unknown `${name}`")).hint("known are `$this`, `$index` and `$total`")),
    }
}

fn deepest_below(kind: &Kind) -> u16 {
    let depth = |of: &Option<Box<Branch>>| of.as_ref().map_or(0, |of| of.depth);
    match kind {
        Kind::Empty | Kind::Literal(_) | Kind::This | Kind::Index | Kind::Total | Kind::Variable(_) => 0,
        Kind::Element { of, .. } | Kind::Typed { of, .. } => depth(of),
        Kind::Call(call) => call.of.iter().chain(&call.arguments).map(|branch| branch.depth).max().unwrap_or(0),
        Kind::Indexed { of, index } => of.depth.max(index.depth),
        Kind::Signed { of, .. } => of.depth,
        Kind::Binary { left, right, .. } => left.depth.max(right.depth),
    }
}
