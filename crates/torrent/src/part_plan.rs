use std::ops::Range;

const MIB: u64 = 1024 * 1024;

/// How a file is cut into parts. It follows from the size alone, so a restarted agent cuts the same way.
///
/// S3 takes at most 10,000 parts of 5 MiB to 5 GiB each (Amazon S3 user guide, "multipart upload limits").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartPlan {
    size_bytes: u64,
    part_bytes: u64,
}

impl PartPlan {
    /// The smallest part, and the size up to which a file goes up in one request.
    pub const PART_BYTES_MIN: u64 = 16 * MIB;
    const PARTS_MAX: u64 = 10_000;

    /// The plan for a file of `size_bytes`.
    #[must_use]
    pub const fn new(size_bytes: u64) -> Self {
        let even = size_bytes.div_ceil(Self::PARTS_MAX).next_multiple_of(MIB);
        let part_bytes = if even > Self::PART_BYTES_MIN {
            even
        } else {
            Self::PART_BYTES_MIN
        };
        Self {
            size_bytes,
            part_bytes,
        }
    }

    /// Whether the whole file goes up in one PutObject.
    #[must_use]
    pub const fn is_single(&self) -> bool {
        self.size_bytes <= self.part_bytes
    }

    /// Bytes of the part with this number, from 1; `None` when there is no such part.
    #[must_use]
    pub fn part_bytes(&self, number: u16) -> Option<u64> {
        let start = u64::from(number.checked_sub(1)?) * self.part_bytes;
        let left = self.size_bytes.checked_sub(start)?;
        Some(left.min(self.part_bytes)).filter(|bytes| *bytes > 0)
    }

    /// Part numbers, from 1, with the bytes of the file that each covers.
    pub fn parts(self) -> impl Iterator<Item = (u16, Range<u64>)> {
        (1..)
            .zip(
                (0..self.size_bytes)
                    .step_by(usize::try_from(self.part_bytes).unwrap_or(usize::MAX)),
            )
            .map(move |(number, start)| {
                (number, start..self.size_bytes.min(start + self.part_bytes))
            })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn small_files_are_single_and_the_largest_object_fits() {
        assert!(PartPlan::new(0).is_single());
        assert!(PartPlan::new(16 * MIB).is_single());
        assert_eq!(PartPlan::new(16 * MIB + 1).parts().count(), 2);
        // 48.8 TiB, in parts of 5 GiB (Amazon S3 user guide, "multipart upload limits"): `TotalGibMax` at its most.
        let largest = PartPlan::new(50_000 * 1024 * MIB);
        assert_eq!(largest.parts().count(), 10_000);
        assert_eq!(largest.part_bytes(1), Some(5 * 1024 * MIB));
    }

    proptest! {
        #[test]
        fn parts_cover_every_byte_once_in_order(size in 0..6 * 1024 * 1024 * MIB) {
            let mut next = 0;
            let mut count = 0;
            for (number, range) in PartPlan::new(size).parts() {
                count += 1;
                prop_assert_eq!(u64::from(number), count);
                prop_assert_eq!(range.start, next);
                prop_assert!(range.end > range.start);
                prop_assert_eq!(PartPlan::new(size).part_bytes(number), Some(range.end - range.start));
                next = range.end;
            }
            prop_assert_eq!(next, size);
            prop_assert!(count <= PartPlan::PARTS_MAX);
            let after = u16::try_from(count + 1).unwrap();
            prop_assert_eq!(PartPlan::new(size).part_bytes(after), None);
        }
    }
}
