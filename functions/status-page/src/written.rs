use pages::Status;
use store::{Bucket, Headers, StoreError, Version};
use torrent::{PageKey, Timestamp};

/// The pages as this run last saw them in the bucket.
///
/// Both carry the fingerprint of the [`Status`] that they were made from, so one request each tells whether
/// there is anything to write. Each is written only over the version that is seen here: the run that lost sight
/// of them has older news, and leaves them alone.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Written {
    html: Option<Version>,
    json: Option<Version>,
}

const HTML: Headers<'_> = Headers {
    content_type: "text/html; charset=utf-8",
    cache_control: "no-cache",
};
const JSON: Headers<'_> = Headers {
    content_type: "application/json",
    ..HTML
};

impl Written {
    /// What is there now.
    pub(crate) async fn find(site: &Bucket) -> Result<Self, StoreError> {
        let (html, json) = tokio::try_join!(
            site.version(PageKey::StatusHtml),
            site.version(PageKey::StatusJson)
        )?;
        Ok(Self { html, json })
    }

    /// Writes those pages of `status` that are not there yet; `None` when another run wrote one meanwhile.
    pub(crate) async fn renew(
        &self,
        site: &Bucket,
        status: &Status,
    ) -> Result<Option<Self>, StoreError> {
        let fingerprint = status.fingerprint();
        let is_due = |page: &Option<Version>| is_due(page.as_ref(), &fingerprint, status);
        let mut now = self.clone();
        if is_due(&self.html) {
            let body = status.to_html().into_bytes();
            let written = site.put_over(
                self.html.as_ref(),
                PageKey::StatusHtml,
                body,
                HTML,
                &fingerprint,
            );
            let store::Written::As(version) = written.await? else {
                return Ok(None);
            };
            now.html = Some(version);
        }
        if is_due(&self.json) {
            let body = status.to_json().into_bytes();
            let written = site.put_over(
                self.json.as_ref(),
                PageKey::StatusJson,
                body,
                JSON,
                &fingerprint,
            );
            let store::Written::As(version) = written.await? else {
                return Ok(None);
            };
            now.json = Some(version);
        }
        Ok(Some(now))
    }
}

/// Whether a page has to be written: there is none, it says something else, or it promised its readers not to
/// be this old. Half of the promise is left for a run that comes late.
fn is_due(page: Option<&Version>, fingerprint: &str, status: &Status) -> bool {
    let Some(page) = page else { return true };
    if page.fingerprint.as_deref() != Some(fingerprint) {
        return true;
    }
    let old_seconds = (Status::FRESH / 2).as_secs().cast_signed();
    let old = |at: Timestamp| status.generated_at.duration_since(at).as_secs() > old_seconds;
    status.is_active() && page.written_at.is_none_or(old)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use pages::Ended;
    use torrent::{Infohash, Source, TorrentRecord};

    use super::*;

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(minute * 60).unwrap()
    }

    fn status(minute: i64, torrents: usize) -> Status {
        let torrent = TorrentRecord::queued(Infohash::v1(b""), "a".into(), Source::File, at(0));
        Status {
            generated_at: at(minute),
            workers: Vec::new(),
            silent: BTreeSet::new(),
            torrents: vec![torrent; torrents],
            ended: Ended::default(),
        }
    }

    fn page(of: &Status) -> Version {
        Version {
            etag: "\"1\"".into(),
            fingerprint: Some(of.fingerprint()),
            written_at: Some(of.generated_at),
        }
    }

    fn is_due_over(page: Option<&Version>, status: &Status) -> bool {
        is_due(page, &status.fingerprint(), status)
    }

    #[test]
    fn a_page_is_written_when_it_says_something_else() {
        let (idle, active) = (status(0, 0), status(0, 1));
        assert!(is_due_over(None, &idle));
        assert!(is_due_over(Some(&page(&active)), &idle));
        let strange = Version {
            fingerprint: None,
            ..page(&idle)
        };
        assert!(is_due_over(Some(&strange), &idle));
        assert!(!is_due_over(Some(&page(&idle)), &idle));
        assert!(!is_due_over(Some(&page(&active)), &active));
    }

    #[test]
    fn time_alone_writes_nothing_but_what_is_promised_while_something_is_active() {
        assert!(!is_due_over(
            Some(&page(&status(0, 0))),
            &status(100_000, 0)
        ));
        assert!(!is_due_over(Some(&page(&status(0, 1))), &status(2, 1)));
        assert!(is_due_over(Some(&page(&status(0, 1))), &status(3, 1)));
    }
}
