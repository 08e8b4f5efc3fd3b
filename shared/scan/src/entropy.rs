//! How random a value looks: Shannon's entropy of its bytes.

/// Bits per byte, from 0 (one byte repeated, or nothing) to 8.
///
/// Of a value of `n` bytes it is at most log2(n): 4.0 for 16 bytes, 5.0 for 32.
pub fn bits_per_byte(value: &[u8]) -> f64 {
    let mut counts = [0u32; 256];
    for &byte in value {
        counts[usize::from(byte)] = counts[usize::from(byte)].saturating_add(1);
    }
    let total = as_float(value.len());
    let term = |&count: &u32| {
        let share = f64::from(count) / total;
        -share * share.log2()
    };
    counts.iter().filter(|count| **count > 0).map(term).sum()
}

#[allow(clippy::cast_precision_loss)] // a value's length is far below 2^52
fn as_float(length: usize) -> f64 {
    length as f64
}

#[cfg(test)]
mod tests {
    use super::bits_per_byte;

    fn close(left: f64, right: f64) -> bool {
        (left - right).abs() < 1e-9
    }

    #[test]
    fn nothing_and_repetition_have_none() {
        assert!(close(bits_per_byte(b""), 0.0));
        assert!(close(bits_per_byte(b"aaaaaaaa"), 0.0));
    }

    #[test]
    fn equally_many_of_each_give_the_logarithm_of_their_number() {
        assert!(close(bits_per_byte(b"abababab"), 1.0));
        assert!(close(bits_per_byte(b"0123456789abcdef"), 4.0));
        let all: Vec<u8> = (0..=255).collect();
        assert!(close(bits_per_byte(&all), 8.0));
    }

    #[test]
    fn order_does_not_matter_but_shares_do() {
        assert!(close(bits_per_byte(b"aabbc"), bits_per_byte(b"cabab")));
        assert!(bits_per_byte(b"aaaaaaab") < bits_per_byte(b"aaaabbbb"));
    }
}
