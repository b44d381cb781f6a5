use std::collections::HashMap;

use futures_util::future::try_join_all;
use store::{Bucket, MultipartUpload, StoredPart};
use torrent::{ObjectKey, PartPlan};

use crate::fault::Fault;
use crate::source::Source;
use crate::work::{Known, Work};

/// What S3 has of a torrent at the start of a transfer: two listings, however many files there are.
#[derive(Debug, Default)]
pub(crate) struct Inventory {
    /// For each file, whether there is an object of its size.
    stored: Vec<bool>,
    /// Uploads that broke off.
    unfinished: HashMap<usize, Vec<MultipartUpload>>,
}

impl Inventory {
    pub(crate) async fn take(bucket: &Bucket, source: &Source) -> Result<Self, Fault> {
        let prefix = ObjectKey::files_prefix(source.metainfo.infohash);
        let (objects, unfinished) =
            tokio::try_join!(bucket.list(&prefix), bucket.unfinished(&prefix))?;
        let mut inventory = Self {
            stored: vec![false; source.metainfo.files.len()],
            unfinished: HashMap::new(),
        };
        if objects.is_empty() && unfinished.is_empty() {
            return Ok(inventory);
        }
        let keys: HashMap<String, usize> = source
            .wanted()
            .map(|index| (source.key(index).to_string(), index))
            .collect();
        for object in objects {
            if let Some(index) = keys.get(&object.key) {
                let size = source.metainfo.files[*index].size_bytes;
                inventory.stored[*index] = size == object.size_bytes;
            }
        }
        for upload in unfinished {
            if let Some(index) = keys.get(&upload.key) {
                inventory.unfinished.entry(*index).or_default().push(upload);
            }
        }
        Ok(inventory)
    }

    /// What there is to compare a file with. Of several uploads that broke off one is gone on with, the
    /// others are aborted.
    pub(crate) async fn work(
        &self,
        bucket: &Bucket,
        source: &Source,
        index: usize,
    ) -> Result<Work, Fault> {
        let mut known = Known::Nothing;
        let unfinished = self.unfinished.get(&index).map(Vec::as_slice);
        let unfinished = unfinished.unwrap_or_default();
        let mut useless = unfinished.iter().collect::<Vec<_>>();
        let stored = self.stored.get(index).copied().unwrap_or_default();
        if stored && let Some(checksum) = bucket.checksum(source.key(index)).await? {
            known = Known::Object(checksum);
        } else if !unfinished.is_empty() {
            let parts = try_join_all(unfinished.iter().map(|upload| bucket.parts(upload))).await?;
            let plan = PartPlan::new(source.metainfo.files[index].size_bytes);
            if let Some(best) = best(plan, &parts) {
                let upload = useless.swap_remove(best);
                let parts = parts.into_iter().nth(best).flatten();
                known = Known::Parts(upload.clone(), parts.unwrap_or_default());
            }
        }
        for upload in useless {
            bucket.abort(upload).await?;
        }
        Ok(Work { index, known })
    }
}

/// Which of some uploads of one key has the most bytes in parts of the size that this plan has them; `None`
/// when none has any use.
fn best(plan: PartPlan, uploads: &[Option<Vec<StoredPart>>]) -> Option<usize> {
    if plan.is_single() {
        return None;
    }
    let useful = |parts: &[StoredPart]| -> u64 {
        let fits = parts
            .iter()
            .filter(|part| plan.part_bytes(part.number) == Some(part.size_bytes));
        fits.map(|part| part.size_bytes).sum()
    };
    uploads
        .iter()
        .enumerate()
        .filter_map(|(index, parts)| Some((index, useful(parts.as_ref()?))))
        .max_by_key(|(_, bytes)| *bytes)
        .map(|(index, _)| index)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use store::Checksum;

    use super::*;

    const MIB: u64 = 1024 * 1024;

    fn part(number: u16, size_bytes: u64) -> StoredPart {
        StoredPart {
            number,
            size_bytes,
            checksum: Checksum::default(),
        }
    }

    #[test]
    fn the_upload_with_the_most_of_the_plans_parts_is_gone_on_with() {
        let plan = PartPlan::new(40 * MIB);
        let other_plan = vec![part(1, 20 * MIB), part(2, 20 * MIB)];
        let one = vec![part(3, 8 * MIB)];
        let two = vec![part(1, 16 * MIB), part(2, 16 * MIB)];
        let uploads = [Some(other_plan), None, Some(one), Some(two)];
        assert_eq!(best(plan, &uploads), Some(3));
        assert_eq!(best(plan, &uploads[..3]), Some(2));
        // One without parts is as good as a new one; one that S3 does not know is none.
        assert_eq!(best(plan, &[None, Some(Vec::new())]), Some(1));
        assert_eq!(best(plan, &[None]), None);
        assert_eq!(best(PartPlan::new(MIB), &uploads), None);
    }

    proptest! {
        #[test]
        fn no_upload_that_could_be_used_has_more(
            uploads in proptest::collection::vec(
                proptest::option::of(proptest::collection::vec((1_u16..5, 1_u64..20), 0..5)), 0..5),
        ) {
            let plan = PartPlan::new(40 * MIB);
            let uploads: Vec<Option<Vec<StoredPart>>> = uploads
                .into_iter()
                .map(|parts| parts.map(|parts| parts.into_iter().map(|(number, size)| part(number, size * MIB)).collect()))
                .collect();
            let bytes = |index: usize| -> u64 {
                let parts = uploads[index].iter().flatten();
                parts.filter(|part| [(1, 16), (2, 16), (3, 8)].contains(&(part.number, part.size_bytes / MIB))).map(|part| part.size_bytes).sum()
            };
            let usable = (0..uploads.len()).filter(|index| uploads[*index].is_some());
            prop_assert_eq!(usable.map(bytes).max(), best(plan, &uploads).map(bytes));
        }
    }
}
