//! The tensors of a `model.safetensors`, each read where it lies: the file is never in memory as a whole beside them.
//!
//! The format is a length (8 bytes, little-endian), a JSON object that says of each tensor its type, its shape and where
//! its bytes lie, and the bytes.

use std::collections::HashMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use ndarray::{Array1, Array2};
use serde::Deserialize;
use serde_json::Value;

use crate::EmbedError;

/// An open file of tensors.
pub struct Weights {
    path: PathBuf,
    file: File,
    /// Where the tensors' bytes begin.
    base: u64,
    tensors: HashMap<String, Value>,
}

#[derive(Deserialize)]
struct Tensor {
    dtype: String,
    shape: Vec<usize>,
    data_offsets: (u64, u64),
}

/// The longest header that is read.
const MAX_HEADER: u64 = 16 << 20;

fn unusable(what: impl std::fmt::Display) -> EmbedError {
    EmbedError::Model(format!("model.safetensors: {what}"))
}

impl Weights {
    pub fn open(path: &Path) -> Result<Self, EmbedError> {
        let read = |source| EmbedError::Read { path: path.to_path_buf(), source };
        let mut file = File::open(path).map_err(read)?;
        let mut length = [0; 8];
        file.read_exact(&mut length).map_err(read)?;
        let length = u64::from_le_bytes(length);
        if length > MAX_HEADER {
            return Err(unusable("it has no header"));
        }
        let mut header = Vec::new();
        file.by_ref().take(length).read_to_end(&mut header).map_err(read)?;
        let tensors = serde_json::from_slice(&header).map_err(unusable)?;
        Ok(Self { path: path.to_path_buf(), file, base: length + 8, tensors })
    }

    fn values(&mut self, name: &str, shape: &[usize]) -> Result<Vec<f32>, EmbedError> {
        let said = self.tensors.remove(name).ok_or_else(|| unusable(format!("{name} is missing")))?;
        let tensor: Tensor = serde_json::from_value(said).map_err(|e| unusable(format!("{name}: {e}")))?;
        let (from, to) = tensor.data_offsets;
        // What is wanted bounds what is read, whatever the header says.
        let bytes = shape.iter().product::<usize>() * size_of::<f32>();
        if tensor.shape != shape || tensor.dtype != "F32" || usize::try_from(to.saturating_sub(from)) != Ok(bytes) {
            return Err(unusable(format!("{name} is {} {:?}, not F32 {shape:?}", tensor.dtype, tensor.shape)));
        }
        let read = |source| EmbedError::Read { path: self.path.clone(), source };
        self.file.seek(SeekFrom::Start(self.base.saturating_add(from))).map_err(read)?;
        let mut raw = vec![0; bytes];
        self.file.read_exact(&mut raw).map_err(read)?;
        let (numbers, _) = raw.as_chunks::<4>();
        Ok(numbers.iter().map(|number| f32::from_le_bytes(*number)).collect())
    }

    pub fn vector(&mut self, name: &str, length: usize) -> Result<Array1<f32>, EmbedError> {
        Ok(Array1::from_vec(self.values(name, &[length])?))
    }

    pub fn matrix(&mut self, name: &str, rows: usize, columns: usize) -> Result<Array2<f32>, EmbedError> {
        let values = self.values(name, &[rows, columns])?;
        Array2::from_shape_vec((rows, columns), values).map_err(|e| unusable(format!("{name}: {e}")))
    }
}
