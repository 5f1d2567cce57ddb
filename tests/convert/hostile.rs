//! No bytes make a reader panic or take more memory than it states.

use super::convert_files;
use super::make::{self, ModelBin};
use super::make_pth::{self, MAGIC, SIZES};
use onhand::store::Recipe;
use proptest::prelude::*;
use serde_json::json;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// Counts what each thread holds.
struct Counting;

thread_local! {
    static HELD: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
}

fn count(bytes: isize) {
    let held = HELD.get() + bytes;
    HELD.set(held);
    PEAK.set(PEAK.get().max(held));
}

// SAFETY: every call goes to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        unsafe { System.dealloc(at, layout) }
    }

    // Not `realloc`: the default goes through `alloc` and counts both.
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// A safetensors header of 4 MiB, or a pickle of 1 MiB with 200,000 objects, and the chunks: all stay below.
const BOUND_BYTES: isize = 20 << 20;

/// Converts; what it says does not matter, that it returns does.
fn survives(recipe: Recipe, name: &str, bytes: &[u8]) -> Option<String> {
    let files: [(&str, &[u8]); 3] = [(name, bytes), ("config.json", b"{}"), ("tokenizer.json", b"{}")];
    let before = HELD.get();
    PEAK.set(before);
    let said = convert_files(recipe, &files, &json!({})).err().map(|e| e.to_string());
    let took = PEAK.get() - before;
    assert!(took < BOUND_BYTES, "{recipe:?} took {took} bytes for a file of {}", bytes.len());
    said
}

fn pth(pickle: &[u8]) -> Vec<u8> {
    [MAGIC, SIZES, pickle].concat()
}

#[test]
fn a_pickle_bomb_takes_no_memory() {
    let doubling = [&b"}q\0"[..], &b"h\0h\0\x86q\0".repeat(20_000), b"."].concat();
    let nested = [&b")"[..], &b"\x85".repeat(150_000), b"."].concat();
    let slots = (0..190_000u32).flat_map(|n| [b"r", &n.to_le_bytes()[..]].concat());
    let remembered = b"}".iter().copied().chain(slots).collect();
    let bombs = [
        ("each object holds the one before twice", doubling, "something else than a dictionary"),
        ("a tuple in a tuple in a tuple", nested, "something else than a dictionary"),
        ("a list that holds itself", b"]q\0h\0a.".to_vec(), "something else than a dictionary"),
        ("objects without end", b"]".repeat(900_000), "more than 200000 operations"),
        ("names without end", remembered, "ends too early"),
        ("marks without end", b"(".repeat(900_000), "more than 200000 operations"),
        ("a text of four gigabytes", b"X\xff\xff\xff\xff".to_vec(), "ends too early"),
        ("a wide integer", [&b"\x8a\xff"[..], &[1; 300]].concat(), "over 64 bits"),
        ("an unknown operation", b"i".to_vec(), "0x69"),
        ("objects from nowhere", b"R".to_vec(), "has not built"),
        ("a memory of nothing", b"h\x07".to_vec(), "has not built"),
        ("an argument too few", b"}Xaaaactorch._utils\n_rebuild_tensor_v2\n)Rs.".to_vec(), "ends too early"),
    ];
    for (bomb, pickle, says) in bombs {
        let bytes = [pth(&pickle), b"\x80\x02].".to_vec()].concat();
        let said = survives(Recipe::PthEfficientnetLite, "a.pth", &bytes).expect(bomb);
        assert!(said.contains(says), "{bomb}: {said}");
    }
    for (other, says) in [(&b"PK\x03\x04"[..], "it was cut"), (b"", "torch.save"), (&MAGIC[..9], "torch.save")] {
        let said = survives(Recipe::PthEfficientnetLite, "a.pth", other).unwrap();
        assert!(said.contains(says), "{said}");
    }
}

#[test]
fn a_cut_file_is_refused_wherever_it_was_cut() {
    let whisper = ModelBin::whisper().bytes();
    for length in (0..whisper.len()).step_by(7) {
        assert!(survives(Recipe::Ctranslate2Whisper, "model.bin", &whisper[..length]).is_some(), "{length}");
    }
    let lite = make_pth::efficientnet().bytes();
    for length in (0..lite.len()).step_by(23) {
        assert!(survives(Recipe::PthEfficientnetLite, "a.pth", &lite[..length]).is_some(), "{length}");
    }
    let safe = make::safetensors_of(&make::whisper(4), "F32");
    for length in (0..safe.len()).step_by(41) {
        assert!(survives(Recipe::TransformersWhisper, "model.safetensors", &safe[..length]).is_some(), "{length}");
    }
}

/// A sound file with some bytes overwritten.
fn mutated(bytes: Vec<u8>) -> impl Strategy<Value = Vec<u8>> {
    let places = proptest::collection::vec((0..bytes.len(), any::<u8>()), 1..6);
    places.prop_map(move |places| {
        let mut bytes = bytes.clone();
        places.into_iter().for_each(|(at, b)| bytes[at] = b);
        bytes
    })
}

proptest! {
    // Each case goes through the disk.
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        for recipe in [Recipe::Timm, Recipe::OpenaiWhisper, Recipe::TransformersDistilbert] {
            survives(recipe, "model.safetensors", &bytes);
        }
        survives(Recipe::Ctranslate2Whisper, "model.bin", &bytes);
        survives(Recipe::Ctranslate2Whisper, "model.bin", &[b"\x06\0\0\0\x02\0W\0", &bytes[..]].concat());
        survives(Recipe::PthEfficientnetLite, "a.pth", &pth(&bytes));
    }

    #[test]
    fn no_operations_of_a_pickle_panic(
        operations in proptest::collection::vec(
            proptest::sample::select(b"()]}tRQsuaebN.h\0q\0K\x01\x85\x86\x87\x81\x8a\x01X\0\0\0\0ca\nb\n".to_vec()), 0..200),
    ) {
        survives(Recipe::PthEfficientnetLite, "a.pth", &pth(&operations));
    }

    #[test]
    fn no_mutated_model_bin_panics(bytes in mutated(ModelBin::whisper().bytes())) {
        survives(Recipe::Ctranslate2Whisper, "model.bin", &bytes);
    }

    #[test]
    fn no_mutated_state_dictionary_panics(
        legacy in mutated(make_pth::efficientnet().bytes()),
        zipped in mutated(make_pth::efficientnet().zipped(0)),
        end in proptest::collection::vec(any::<u8>(), 18),
    ) {
        survives(Recipe::PthEfficientnetLite, "a.pth", &legacy);
        survives(Recipe::PthEfficientnetLite, "a.pth", &zipped);
        let cut = zipped.len() - end.len();
        survives(Recipe::PthEfficientnetLite, "a.pth", &[&zipped[..cut], &end].concat());
    }

    #[test]
    fn no_mutated_safetensors_panics(bytes in mutated(make::safetensors_of(&make::whisper(4), "F32"))) {
        survives(Recipe::OpenaiWhisper, "model.safetensors", &bytes);
        survives(Recipe::TransformersWhisper, "model.safetensors", &bytes);
    }
}
