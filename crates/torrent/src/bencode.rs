mod error;

pub use error::{BencodeError, BencodeFault};

/// As deep as libtorrent reads; a metainfo file needs about six levels and one more per folder of a v2 tree.
const DEPTH_MAX: usize = 99;

/// As many values, keys and ends as libtorrent reads.
const TOKENS_MAX: usize = 2_000_000;

/// Nobody has a string with a longer length, which would not fit a word either.
const LENGTH_DIGITS_MAX: usize = 18;

/// What the next value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Integer,
    String,
    List,
    Dict,
}

/// Reads bencode from front to back and copies nothing.
///
/// Outside [`Self::canonical`] it takes what libtorrent takes: keys in any order, numbers with leading zeros.
#[derive(Clone)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
    /// Where `rest` ends, in the caller's file.
    end: usize,
    depth: usize,
    tokens: usize,
    canonical: bool,
}

impl<'a> Reader<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self {
            rest: bytes,
            end: bytes.len(),
            depth: 0,
            tokens: 0,
            canonical: false,
        }
    }

    /// Where the next value starts.
    pub(crate) const fn offset(&self) -> usize {
        self.end - self.rest.len()
    }

    /// The next value, without reading it. At the end of a list or dictionary, and of the bytes, it errs.
    pub(crate) fn kind(&self) -> Result<Kind, BencodeError> {
        match self.rest.first() {
            Some(b'i') => Ok(Kind::Integer),
            Some(b'0'..=b'9') => Ok(Kind::String),
            Some(b'l') => Ok(Kind::List),
            Some(b'd') => Ok(Kind::Dict),
            Some(_) => Err(self.fault(BencodeFault::Syntax)),
            None => Err(self.fault(BencodeFault::UnexpectedEnd)),
        }
    }

    /// The next value when it is a string; anything else is passed over.
    #[inline]
    pub(crate) fn string(&mut self) -> Result<Option<&'a [u8]>, BencodeError> {
        if let [b'0'..=b'9', ..] = self.rest {
            return self.read_string().map(Some);
        }
        self.skip().map(|()| None)
    }

    /// The next value when it is a number; anything else is passed over. Outside [`Self::canonical`] one that
    /// 64 bits do not hold is 0, as libtorrent has it.
    #[inline]
    pub(crate) fn integer(&mut self) -> Result<Option<i64>, BencodeError> {
        if let [b'i', ..] = self.rest {
            return self.read_integer().map(Some);
        }
        self.skip().map(|()| None)
    }

    /// Gives each item of the list that comes next to `each`, which must read just one value. Returns the
    /// items' own bytes.
    #[inline]
    pub(crate) fn list<E: From<BencodeError>>(
        &mut self,
        mut each: impl FnMut(&mut Self) -> Result<(), E>,
    ) -> Result<&'a [u8], E> {
        self.open()?;
        let start = self.rest;
        while !self.closes()? {
            each(self)?;
        }
        Ok(&start[..start.len() - self.rest.len() - 1])
    }

    /// Gives each key of the dictionary that comes next to `each`, which must read just one value.
    #[inline]
    pub(crate) fn dict<E: From<BencodeError>>(
        &mut self,
        mut each: impl FnMut(&mut Self, &'a [u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        self.open()?;
        let mut last = None;
        while !self.closes()? {
            let offset = self.offset();
            let key = self.read_string()?;
            if self.canonical && !last.is_none_or(|last| ascends(last, key)) {
                return Err(Self::misplaced(offset, last == Some(key), key).into());
            }
            last = Some(key);
            each(self, key)?;
        }
        Ok(())
    }

    /// Passes over one value, checked like the others.
    pub(crate) fn skip(&mut self) -> Result<(), BencodeError> {
        match self.kind()? {
            Kind::Integer => self.read_integer().map(|_| ()),
            Kind::String => self.read_string().map(|_| ()),
            Kind::List => self.list(Self::skip).map(|_| ()),
            Kind::Dict => self.dict(|reader, _| reader.skip()),
        }
    }

    /// Reads one value that must be written in the one way that BEP 3 knows, down to its last number.
    pub(crate) fn canonical<T, E>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        let before = std::mem::replace(&mut self.canonical, true);
        let value = read(self);
        self.canonical = before;
        value
    }

    /// What is not read yet.
    pub(crate) const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Goes on after bytes that hold `tokens` values, keys and ends.
    pub(crate) fn advance(&mut self, bytes: usize, tokens: usize) {
        self.rest = &self.rest[bytes..];
        self.tokens += tokens;
    }

    pub(crate) const fn at_end(&self) -> bool {
        self.rest.is_empty()
    }

    /// Nothing may be left.
    pub(crate) fn end(&self) -> Result<(), BencodeError> {
        if self.at_end() {
            Ok(())
        } else {
            Err(self.fault(BencodeFault::TrailingBytes))
        }
    }

    /// The fault of a key that comes after a greater one, or twice.
    #[cold]
    pub(crate) fn misplaced(offset: usize, twice: bool, key: &[u8]) -> BencodeError {
        let key = String::from_utf8_lossy(key).chars().take(80).collect();
        let fault = if twice {
            BencodeFault::DuplicateKey(key)
        } else {
            BencodeFault::UnsortedKey(key)
        };
        BencodeError { offset, fault }
    }

    #[cold]
    const fn fault(&self, fault: BencodeFault) -> BencodeError {
        BencodeError {
            offset: self.offset(),
            fault,
        }
    }

    #[inline]
    fn open(&mut self) -> Result<(), BencodeError> {
        if self.depth == DEPTH_MAX {
            return Err(self.fault(BencodeFault::TooDeep));
        }
        self.depth += 1;
        self.tokens += 1;
        self.rest = &self.rest[1..];
        Ok(())
    }

    /// Whether the open list or dictionary ends here; if so, it is closed.
    #[inline]
    fn closes(&mut self) -> Result<bool, BencodeError> {
        if self.tokens >= TOKENS_MAX {
            return Err(self.fault(BencodeFault::TooManyValues));
        }
        match self.rest {
            [b'e', rest @ ..] => {
                self.depth -= 1;
                self.tokens += 1;
                self.rest = rest;
                Ok(true)
            }
            [_, ..] => Ok(false),
            [] => Err(self.fault(BencodeFault::UnexpectedEnd)),
        }
    }

    #[inline]
    fn read_string(&mut self) -> Result<&'a [u8], BencodeError> {
        if let Some((string, rest)) = split_string(self.rest)
            && !(self.canonical && matches!(self.rest, [b'0', b'0'..=b'9', ..]))
        {
            self.tokens += 1;
            self.rest = rest;
            return Ok(string);
        }
        Err(self.string_fault())
    }

    #[cold]
    fn string_fault(&self) -> BencodeError {
        let mut after_digits = self.rest.iter().skip_while(|byte| byte.is_ascii_digit());
        self.fault(match (self.rest, after_digits.next()) {
            ([b'0'..=b'9', ..], Some(b':')) if split_string(self.rest).is_some() => {
                BencodeFault::Number
            }
            ([b'0'..=b'9', ..], Some(b':')) | (_, None) => BencodeFault::UnexpectedEnd,
            _ => BencodeFault::Syntax,
        })
    }

    #[inline]
    fn read_integer(&mut self) -> Result<i64, BencodeError> {
        let signed = &self.rest[1..];
        let (negative, number) = match signed {
            [b'-', number @ ..] => (true, number),
            number => (false, number),
        };
        let (mut value, mut rest) = (0_i64, number);
        while let [digit @ b'0'..=b'9', after @ ..] = rest {
            value = value.wrapping_mul(10).wrapping_add(i64::from(digit - b'0'));
            rest = after;
        }
        let digits = number.len() - rest.len();
        let rest = match rest {
            [b'e', rest @ ..] if digits > 0 => rest,
            [] => return Err(self.fault(BencodeFault::UnexpectedEnd)),
            _ => return Err(self.fault(BencodeFault::Syntax)),
        };
        let value = match digits {
            0..=18 if negative => Some(-value),
            0..=18 => Some(value),
            _ => str::from_utf8(&signed[..digits + usize::from(negative)])
                .ok()
                .and_then(|number| number.parse().ok()),
        };
        let other_zero = number[0] == b'0' && (negative || digits > 1);
        if self.canonical && (other_zero || value.is_none_or(|value| value == i64::MIN)) {
            return Err(self.fault(BencodeFault::Number));
        }
        self.tokens += 1;
        self.rest = rest;
        Ok(value.unwrap_or(0))
    }
}

/// A string and what comes after it.
#[inline]
fn split_string(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (mut length, mut rest) = (0_usize, bytes);
    while let [digit @ b'0'..=b'9', after @ ..] = rest {
        length = length
            .wrapping_mul(10)
            .wrapping_add(usize::from(digit - b'0'));
        rest = after;
    }
    let digits = bytes.len() - rest.len();
    match rest {
        [b':', rest @ ..] if (1..=LENGTH_DIGITS_MAX).contains(&digits) => {
            rest.split_at_checked(length)
        }
        _ => None,
    }
}

/// Takes the next of bencoded strings that stand one after the other.
#[inline]
pub(crate) fn next_string<'a>(strings: &mut &'a [u8]) -> Option<&'a [u8]> {
    let string;
    (string, *strings) = split_string(strings)?;
    Some(string)
}

/// `last < key`, most often decided by the first bytes.
#[inline]
fn ascends(last: &[u8], key: &[u8]) -> bool {
    match (last, key) {
        ([a, ..], [b, ..]) if a != b => a < b,
        _ => last < key,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(bytes: &[u8], canonical: bool) -> Option<(usize, BencodeFault)> {
        let mut reader = Reader::new(bytes);
        let read = if canonical {
            reader.canonical(Reader::skip)
        } else {
            reader.skip()
        };
        let error = read.and_then(|()| reader.end()).err()?;
        Some((error.offset, error.fault))
    }

    #[test]
    fn says_where_and_why() {
        let cases: [(&[u8], usize, BencodeFault); 13] = [
            (b"", 0, BencodeFault::UnexpectedEnd),
            (b"d1:ai1e", 7, BencodeFault::UnexpectedEnd),
            (b"d1:a9:short", 4, BencodeFault::UnexpectedEnd),
            (b"d1:a99999999999999999999:", 4, BencodeFault::UnexpectedEnd),
            (b"d1:ai12", 4, BencodeFault::UnexpectedEnd),
            (b"d1:ae", 4, BencodeFault::Syntax),
            (b"d1:ai1-2ee", 4, BencodeFault::Syntax),
            (b"d1:aiee", 4, BencodeFault::Syntax),
            (b"d1:axe", 4, BencodeFault::Syntax),
            (b"di1ei2ee", 1, BencodeFault::Syntax),
            (b"dee", 2, BencodeFault::TrailingBytes),
            (b"i1ee", 3, BencodeFault::TrailingBytes),
            (b"<html>", 0, BencodeFault::Syntax),
        ];
        for (bytes, offset, expected) in cases {
            for canonical in [false, true] {
                assert_eq!(
                    fault(bytes, canonical),
                    Some((offset, expected.clone())),
                    "{}",
                    bytes.escape_ascii()
                );
            }
        }
    }

    #[test]
    fn other_spellings_are_refused_where_there_must_be_one() {
        let cases: [(&[u8], usize, BencodeFault); 8] = [
            (b"d1:ai1e1:ai2ee", 7, BencodeFault::DuplicateKey("a".into())),
            (b"d1:bi1e1:ai2ee", 7, BencodeFault::UnsortedKey("a".into())),
            (b"d1:ai01ee", 4, BencodeFault::Number),
            (b"d1:ai-0ee", 4, BencodeFault::Number),
            (b"d1:ai-01ee", 4, BencodeFault::Number),
            (b"d1:ai9223372036854775808ee", 4, BencodeFault::Number),
            (b"d1:ai-9223372036854775808ee", 4, BencodeFault::Number),
            (b"d01:ai1ee", 1, BencodeFault::Number),
        ];
        for (bytes, offset, expected) in cases {
            assert_eq!(fault(bytes, false), None, "{}", bytes.escape_ascii());
            assert_eq!(fault(bytes, true), Some((offset, expected)));
        }
        assert_eq!(fault(b"d0:i0e1:ai-9223372036854775807ee", true), None);
    }

    #[test]
    fn depth_and_number_of_values_have_an_end() {
        let nested = |deep: usize| ["l".repeat(deep), "e".repeat(deep)].concat();
        assert_eq!(fault(nested(99).as_bytes(), false), None);
        assert_eq!(
            fault(nested(200_000).as_bytes(), false),
            Some((99, BencodeFault::TooDeep))
        );
        let list = |items: usize| ["l", "0:".repeat(items).as_str(), "e"].concat();
        assert_eq!(fault(list(1_999_998).as_bytes(), false), None);
        assert!(matches!(
            fault(list(1_999_999).as_bytes(), false),
            Some((_, BencodeFault::TooManyValues))
        ));
    }
}
