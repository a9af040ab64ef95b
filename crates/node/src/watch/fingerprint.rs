//! Fingerprints: numbers that stand for a text or a record, so that what is kept between two polls
//! stays small. They are the same on every machine and in every release.

use std::hash::Hasher;

use fnv::FnvHasher;

/// What JavaScript keeps exactly in a number. Two texts that differ have the same fingerprint once
/// in 9 × 10¹⁵.
const BITS: u32 = 53;

/// The fingerprint of parts, whose borders count.
pub fn fingerprint<'a>(parts: impl IntoIterator<Item = &'a str>) -> u64 {
    let mut hasher = FnvHasher::default();
    for part in parts {
        hasher.write(&(part.len() as u64).to_le_bytes());
        hasher.write(part.as_bytes());
    }
    hasher.finish() >> (u64::BITS - BITS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn borders_and_order_count_and_javascript_keeps_it() {
        let all = [&["ab", "c"][..], &["a", "bc"], &["c", "ab"], &["abc"], &["abc", ""], &[]];
        for (index, one) in all.iter().enumerate() {
            let number = fingerprint(one.iter().copied());
            assert!(number < 1 << BITS);
            for other in &all[index + 1..] {
                assert_ne!(number, fingerprint(other.iter().copied()), "{one:?} {other:?}");
            }
        }
    }
}
