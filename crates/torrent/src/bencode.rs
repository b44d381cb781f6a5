use bendy::decoding::Decoder;
use bendy::state_tracker::Token;

/// As deep as libtorrent reads; a metainfo file needs about six levels and one more per folder of a v2 tree.
const DEPTH_MAX: usize = 100;

/// The bytes are not the bencode that BEP 3 describes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{fault}, at byte {offset}")]
pub struct BencodeError {
    /// Where it went wrong, counted from the start of the file.
    pub offset: usize,
    /// What went wrong there.
    pub fault: BencodeFault,
}

/// What is wrong with the bencode.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BencodeFault {
    /// It ends in the middle of a value.
    #[error("the file ends in the middle of a value")]
    UnexpectedEnd,
    /// Lists and dictionaries nested deeper than any torrent needs.
    #[error("values are nested more than {DEPTH_MAX} deep")]
    TooDeep,
    /// One dictionary has a key twice.
    #[error("the key {0:?} stands there twice")]
    DuplicateKey(String),
    /// Keys must be sorted as raw bytes, or one torrent would have several info-hashes.
    #[error("the key {0:?} is not in sorted order")]
    UnsortedKey(String),
    /// Something follows the one top-level value.
    #[error("more bytes follow the end of the torrent")]
    TrailingBytes,
    /// Neither a number, a string, a list nor a dictionary.
    #[error("this is not bencode")]
    Syntax,
}

pub(crate) fn decoder(bytes: &[u8]) -> Decoder<'_> {
    Decoder::new(bytes).with_max_depth(DEPTH_MAX)
}

/// Reads `bytes` again, token by token, to say where and why the decoder refused them.
///
/// `base` is where `bytes` starts in the caller's file.
pub(crate) fn locate(bytes: &[u8], base: usize) -> BencodeError {
    let mut offset = 0;
    let mut levels = Vec::new();
    for token in decoder(bytes).tokens().map_while(Result::ok) {
        offset = end_of(bytes, offset, token);
        follow(&mut levels, token);
        if levels.is_empty() {
            return BencodeError {
                offset: base + offset,
                fault: BencodeFault::TrailingBytes,
            };
        }
    }
    let fault = fault(&bytes[offset..], &levels);
    BencodeError {
        offset: base + offset,
        fault,
    }
}

/// Why the decoder stopped in front of `rest`, inside `levels`.
fn fault(rest: &[u8], levels: &[Level<'_>]) -> BencodeFault {
    let next = decoder(rest).tokens().next();
    match (rest, next, levels.last()) {
        ([], ..) => BencodeFault::UnexpectedEnd,
        ([b'l' | b'd', ..], ..) if levels.len() >= DEPTH_MAX => BencodeFault::TooDeep,
        (_, Some(Ok(Token::String(key))), Some(Some((last, false)))) => {
            let shown = String::from_utf8_lossy(key).chars().take(80).collect();
            if *last == key {
                BencodeFault::DuplicateKey(shown)
            } else {
                BencodeFault::UnsortedKey(shown)
            }
        }
        ([b'0'..=b'9', ..], Some(Err(_)), _) => {
            match rest.iter().find(|byte| !byte.is_ascii_digit()) {
                None | Some(b':') => BencodeFault::UnexpectedEnd,
                Some(_) => BencodeFault::Syntax,
            }
        }
        ([b'i', digits @ ..], Some(Err(_)), _) if !digits.contains(&b'e') => {
            BencodeFault::UnexpectedEnd
        }
        _ => BencodeFault::Syntax,
    }
}

/// One entry per open list (`None`) or dictionary (its last key and whether a value is due next).
type Level<'a> = Option<(&'a [u8], bool)>;

fn follow<'a>(levels: &mut Vec<Level<'a>>, token: Token<'a>) {
    if matches!(token, Token::End) {
        levels.pop();
        return;
    }
    if let Some(Some((key, value_due))) = levels.last_mut() {
        if let (false, Token::String(text)) = (*value_due, token) {
            *key = text;
        }
        *value_due = !*value_due;
    }
    match token {
        Token::List => levels.push(None),
        Token::Dict => levels.push(Some((b"", false))),
        Token::String(_) | Token::Num(_) | Token::End => {}
    }
}

/// Where `token`, the next after `offset`, ends: strings and numbers are slices of `bytes`.
fn end_of(bytes: &[u8], offset: usize, token: Token<'_>) -> usize {
    let end_of_slice =
        |slice: &[u8]| slice.as_ptr() as usize - bytes.as_ptr() as usize + slice.len();
    match token {
        Token::List | Token::Dict | Token::End => offset + 1,
        Token::String(text) => end_of_slice(text),
        Token::Num(digits) => end_of_slice(digits.as_bytes()) + 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_where_and_why() {
        let cases: [(&[u8], usize, BencodeFault); 10] = [
            (b"d1:ai1e", 7, BencodeFault::UnexpectedEnd),
            (b"d1:a9:short", 4, BencodeFault::UnexpectedEnd),
            (b"d1:ai12", 4, BencodeFault::UnexpectedEnd),
            (b"d1:ai1e1:ai2ee", 7, BencodeFault::DuplicateKey("a".into())),
            (b"d1:bi1e1:ai2ee", 7, BencodeFault::UnsortedKey("a".into())),
            (b"d1:ai01ee", 4, BencodeFault::Syntax),
            (b"d1:axe", 4, BencodeFault::Syntax),
            (b"di1ei2ee", 1, BencodeFault::Syntax),
            (b"dee", 2, BencodeFault::TrailingBytes),
            (b"<html>", 0, BencodeFault::Syntax),
        ];
        for (bytes, offset, fault) in cases {
            assert_eq!(
                locate(bytes, 0),
                BencodeError { offset, fault },
                "{}",
                bytes.escape_ascii()
            );
        }
    }

    #[test]
    fn nesting_is_followed_only_so_far() {
        let deep = "l".repeat(200_000);
        assert_eq!(
            locate(deep.as_bytes(), 7),
            BencodeError {
                offset: 7 + DEPTH_MAX,
                fault: BencodeFault::TooDeep
            }
        );
    }
}
