//! What stands around `info`. Deluge writes these keys anew, so their order and spelling do not matter.

use super::MetainfoError;
use super::info::Info;
use super::layers::PieceLayers;
use crate::bencode::{BencodeError, Kind, Reader};

/// The keys of a `.torrent` file that matter here.
pub(super) struct Outer<'a> {
    pub(super) info: Info<'a>,
    pub(super) piece_layers: Option<PieceLayers<'a>>,
    announce: Option<&'a [u8]>,
    tiers: Vec<&'a [u8]>,
}

impl<'a> Outer<'a> {
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, MetainfoError> {
        let mut reader = Reader::new(bytes);
        if reader.kind()? != Kind::Dict {
            return Err(MetainfoError::NotADictionary("torrent"));
        }
        let (mut info, mut piece_layers) = (None, None);
        let (mut announce, mut tiers) = (None, Vec::new());
        reader.dict(|reader, key| {
            match key {
                b"info" if info.is_some() => {
                    return Err(Reader::misplaced(reader.offset(), true, key).into());
                }
                b"info" => info = Some(Info::read(bytes, reader)?),
                b"piece layers" => piece_layers = PieceLayers::read(reader)?,
                b"announce" => announce = reader.string()?,
                b"announce-list" => tiers = read_tiers(reader)?,
                _ => reader.skip()?,
            }
            Ok::<_, MetainfoError>(())
        })?;
        reader.end()?;
        Ok(Self {
            info: info.ok_or(MetainfoError::Missing("info"))?,
            piece_layers,
            announce,
            tiers,
        })
    }

    /// Those of the tiers, or the single one of a torrent without (BEP 12).
    pub(super) fn trackers(&self) -> Vec<String> {
        let urls = |urls: &[&[u8]]| -> Vec<_> {
            let urls = urls.iter().map(|url| url.trim_ascii_start());
            urls.filter(|url| !url.is_empty())
                .map(|url| String::from_utf8_lossy(url).into_owned())
                .collect()
        };
        let tiers = urls(&self.tiers);
        if tiers.is_empty() {
            urls(self.announce.as_slice())
        } else {
            tiers
        }
    }
}

/// Tracker URLs, the first tier first; what is no list of lists of strings is passed over.
fn read_tiers<'a>(reader: &mut Reader<'a>) -> Result<Vec<&'a [u8]>, MetainfoError> {
    let mut urls = Vec::new();
    if reader.kind()? != Kind::List {
        reader.skip()?;
        return Ok(urls);
    }
    reader.list(|reader| {
        if reader.kind()? != Kind::List {
            return reader.skip();
        }
        reader.list(|reader| {
            urls.extend(reader.string()?);
            Ok::<_, BencodeError>(())
        })?;
        Ok(())
    })?;
    Ok(urls)
}
