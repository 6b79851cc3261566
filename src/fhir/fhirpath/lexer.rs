//! From the text of an expression to tokens with their places. What a run of
//! tokens means is the parser's.

use super::SyntaxError;
use super::ast::Range;
use super::literal;

/// A token and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) range: Range,
}

/// The kinds of tokens; text is unescaped.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum TokenKind {
    /// A name or a keyword: `name`, `and`.
    Word(String),
    /// A name in backticks, never a keyword.
    Quoted(String),
    /// `'text'`
    String(String),
    /// `12` or `12.50`, as written.
    Number(String),
    /// `@2026-03-14T09:26`, without the `@`.
    Moment(String),
    /// `%name`
    Variable(String),
    /// `$this`, without the `$`.
    Dollar(String),
    /// Punctuation and operators.
    Symbol(&'static str),
    /// The end of the text.
    End,
}

const SYMBOLS: [&str; 24] =
    ["<=", ">=", "!=", "!~", "<", ">", "=", "~", "(", ")", "[", "]", "{", "}", ",", ".", "|", "&", "+", "-", "*", "/", "%", "$"];

/// All tokens of `text`, the last one `End`.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, SyntaxError> {
    let mut lexer = Lexer { text, at: 0 };
    let mut tokens = Vec::new();
    loop {
        lexer.skip_blanks()?;
        let start = lexer.at;
        let kind = lexer.token()?;
        let done = kind == TokenKind::End;
        tokens.push(Token { kind, range: lexer.range(start) });
        if done {
            return Ok(tokens);
        }
    }
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn range(&self, start: usize) -> Range {
        let offset = |at: usize| u32::try_from(at).expect("the length of an expression is bounded");
        Range { start: offset(start), end: offset(self.at) }
    }

    /// Takes the longest run of characters that `fits`.
    fn run(&mut self, fits: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let length = rest.find(|letter| !fits(letter)).unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    fn skip_blanks(&mut self) -> Result<(), SyntaxError> {
        loop {
            self.run(char::is_whitespace);
            let start = self.at;
            if self.rest().starts_with("//") {
                self.run(|letter| letter != '\n' && letter != '\r');
            } else if self.rest().starts_with("/*") {
                match self.rest().find("*/") {
                    Some(length) => self.at += length + 2,
                    None => {
                        return Err(
                            SyntaxError::new(start..self.text.len(), "this comment has no end").hint("close it with `*/`")
                        );
                    }
                }
            } else {
                return Ok(());
            }
        }
    }

    fn token(&mut self) -> Result<TokenKind, SyntaxError> {
        let Some(first) = self.rest().chars().next() else { return Ok(TokenKind::End) };
        match first {
            '\'' => self.delimited('\'').map(TokenKind::String),
            '`' => self.delimited('`').map(TokenKind::Quoted),
            '@' => self.moment(),
            '%' => self.variable(),
            '0'..='9' => Ok(self.number()),
            '$' => {
                self.at += 1;
                Ok(TokenKind::Dollar(self.run(is_word).to_owned()))
            }
            _ if is_word(first) => Ok(TokenKind::Word(self.run(is_word).to_owned())),
            _ => self.symbol(first),
        }
    }

    fn symbol(&mut self, first: char) -> Result<TokenKind, SyntaxError> {
        if let Some(symbol) = SYMBOLS.iter().find(|symbol| self.rest().starts_with(**symbol)) {
            self.at += symbol.len();
            return Ok(TokenKind::Symbol(symbol));
        }
        let error = SyntaxError::new(self.at..self.at + first.len_utf8(), format!("`{first}` has no place in FHIRPath"));
        Err(match first {
            '"' => error.hint("text stands between single quotes: `'text'`"),
            '!' => error.hint("write `.not()` behind what it turns round, or `!=`"),
            _ => error,
        })
    }

    fn number(&mut self) -> TokenKind {
        let mut number = self.run(|letter| letter.is_ascii_digit()).to_owned();
        let mut after = self.rest().chars();
        if after.next() == Some('.') && after.next().is_some_and(|letter| letter.is_ascii_digit()) {
            self.at += 1;
            number.push('.');
            number.push_str(self.run(|letter| letter.is_ascii_digit()));
        }
        TokenKind::Number(number)
    }

    fn moment(&mut self) -> Result<TokenKind, SyntaxError> {
        let start = self.at;
        self.at += 1;
        let time_at = self.at;
        self.run(|letter| letter.is_ascii_digit() || letter == '-');
        if self.rest().starts_with('T') {
            self.at += 1;
            self.run(|letter| letter.is_ascii_digit() || letter == ':');
            let mut after = self.rest().chars();
            if after.next() == Some('.') && after.next().is_some_and(|letter| letter.is_ascii_digit()) {
                self.at += 1;
                self.run(|letter| letter.is_ascii_digit());
            }
            if self.rest().starts_with('Z') {
                self.at += 1;
            } else if self.rest().starts_with(['+', '-']) && self.offset_follows() {
                self.at += "+00:00".len();
            }
        }
        let written = &self.text[time_at..self.at];
        if written.is_empty() {
            return Err(
                SyntaxError::new(start..self.at, "a date or time must follow `@`").hint("as in `@2026-03-14` or `@T09:26`")
            );
        }
        Ok(TokenKind::Moment(written.to_owned()))
    }

    /// A sign behind a time may also be a sum: `@T10:00 - 1 hour`.
    fn offset_follows(&self) -> bool {
        let bytes = self.rest().as_bytes();
        bytes.len() >= 6 && bytes[3] == b':' && [1, 2, 4, 5].iter().all(|at| bytes[*at].is_ascii_digit())
    }

    fn variable(&mut self) -> Result<TokenKind, SyntaxError> {
        let start = self.at;
        self.at += 1;
        let name = match self.rest().chars().next() {
            Some(quote @ ('`' | '\'')) => self.delimited(quote)?,
            // The R4 page writes `%vs-name` and `%ext-name` without quotes.
            _ if self.rest().starts_with("vs-") || self.rest().starts_with("ext-") => {
                self.run(|letter| is_word(letter) || letter == '-').to_owned()
            }
            _ => self.run(is_word).to_owned(),
        };
        if name.is_empty() {
            return Err(SyntaxError::new(start..self.at, "the name of a variable must follow `%`").hint("as in `%resource`"));
        }
        Ok(TokenKind::Variable(name))
    }

    /// Text up to the same quote, unescaped.
    fn delimited(&mut self, quote: char) -> Result<String, SyntaxError> {
        let start = self.at;
        self.at += quote.len_utf8();
        let mut text = String::new();
        loop {
            text.push_str(self.run(|letter| letter != quote && letter != '\\'));
            let Some(next) = self.rest().chars().next() else {
                let error = SyntaxError::new(start..self.text.len(), "this text has no end");
                return Err(error.hint(format!("close it with `{quote}`")));
            };
            if next == quote {
                self.at += quote.len_utf8();
                return Ok(text);
            }
            let (letter, length) = literal::unescape(self.rest()).ok_or_else(|| {
                let shown: String = self.rest().chars().take(2).collect();
                SyntaxError::new(self.at..self.at + shown.len(), format!("`{shown}` is not an escape"))
                    .hint("a backslash itself is written `\\\\`")
            })?;
            text.push(letter);
            self.at += length;
        }
    }
}

fn is_word(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_'
}
