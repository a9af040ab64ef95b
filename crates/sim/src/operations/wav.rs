//! Sound that every player plays: 8 kHz, 16 bits, mono.

use std::f64::consts::TAU;

const RATE: u32 = 8000;
/// No call lasts longer, in seconds.
const LONGEST: i64 = 1200;
/// The number of samples after which the tone repeats.
const CYCLE: usize = 320;

/// A soft tone of this many seconds.
pub(super) fn tone(seconds: i64) -> Vec<u8> {
    let samples = RATE * u32::try_from(seconds.clamp(1, LONGEST)).unwrap_or(1);
    let sample = |index: usize| ((index as f64 * TAU * 425.0 / f64::from(RATE)).sin() * 3000.0) as i16;
    let cycle: Vec<[u8; 2]> = (0..CYCLE).map(|index| sample(index).to_le_bytes()).collect();
    let bytes = samples * 2;
    let mut wav = Vec::with_capacity(44 + bytes as usize);
    wav.extend(b"RIFF");
    wav.extend((36 + bytes).to_le_bytes());
    wav.extend(b"WAVEfmt ");
    // The length of this part; PCM, one channel; samples and bytes a second; bytes and bits a sample.
    for word in [16, 1 | 1 << 16, RATE, RATE * 2, 2 | 16 << 16] {
        wav.extend(u32::to_le_bytes(word));
    }
    wav.extend(b"data");
    wav.extend(bytes.to_le_bytes());
    wav.extend(cycle.iter().cycle().take(samples as usize).flatten());
    wav
}
