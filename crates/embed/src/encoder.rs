//! BERT's encoder (Devlin et al. 2018), as far as a sentence encoder needs it: embeddings, then layers of self-attention
//! and feed-forward, then the mean over the tokens, scaled to length one (Reimers and Gurevych 2019).
//!
//! The tokens of several texts go through the linear layers as the rows of one matrix, without padding; only attention
//! looks at each text apart.

use std::path::Path;

use ndarray::{Array1, Array2, ArrayView2, ArrayViewMut1, Axis, Zip, s};
use serde::Deserialize;

use crate::weights::Weights;
use crate::{DIMENSION, EmbedError, MAX_TOKENS};

/// What config.json says of the shape.
#[derive(Clone, Copy, Debug, Deserialize)]
struct Config {
    hidden_size: usize,
    intermediate_size: usize,
    num_hidden_layers: usize,
    num_attention_heads: usize,
    max_position_embeddings: usize,
    type_vocab_size: usize,
    vocab_size: usize,
    layer_norm_eps: f32,
}

#[derive(Debug)]
pub struct Encoder {
    heads: usize,
    words: Array2<f32>,
    positions: Array2<f32>,
    /// Of the first segment: a text is never a pair here.
    segment: Array1<f32>,
    norm: Norm,
    layers: Vec<Layer>,
}

#[derive(Debug)]
struct Layer {
    query: Linear,
    key: Linear,
    value: Linear,
    attended: Linear,
    attended_norm: Norm,
    widened: Linear,
    narrowed: Linear,
    narrowed_norm: Norm,
}

/// `x · Wᵀ + b`.
#[derive(Debug)]
struct Linear {
    weight: Array2<f32>,
    bias: Array1<f32>,
}

#[derive(Debug)]
struct Norm {
    weight: Array1<f32>,
    bias: Array1<f32>,
    epsilon: f32,
}

impl Encoder {
    pub fn load(folder: &Path) -> Result<Self, EmbedError> {
        let path = folder.join("config.json");
        let text = std::fs::read_to_string(&path).map_err(|source| EmbedError::Read { path, source })?;
        let config: Config = serde_json::from_str(&text).map_err(|e| EmbedError::Model(format!("config.json: {e}")))?;
        let size = config.hidden_size;
        if size != DIMENSION || config.num_attention_heads == 0 || !size.is_multiple_of(config.num_attention_heads) {
            return Err(EmbedError::Model(format!(
                "config.json: {size} dimensions in {} heads; what is stored has {DIMENSION}",
                config.num_attention_heads
            )));
        }
        if config.max_position_embeddings < MAX_TOKENS {
            return Err(EmbedError::Model(format!("config.json: it reads {} tokens", config.max_position_embeddings)));
        }
        let mut weights = Weights::open(&folder.join("model.safetensors"))?;
        let of = &mut weights;
        let layer = |of: &mut Weights, n: usize| -> Result<Layer, EmbedError> {
            let name = |part: &str| format!("encoder.layer.{n}.{part}");
            Ok(Layer {
                query: Linear::load(of, &name("attention.self.query"), size, size)?,
                key: Linear::load(of, &name("attention.self.key"), size, size)?,
                value: Linear::load(of, &name("attention.self.value"), size, size)?,
                attended: Linear::load(of, &name("attention.output.dense"), size, size)?,
                attended_norm: Norm::load(of, &name("attention.output.LayerNorm"), config)?,
                widened: Linear::load(of, &name("intermediate.dense"), config.intermediate_size, size)?,
                narrowed: Linear::load(of, &name("output.dense"), size, config.intermediate_size)?,
                narrowed_norm: Norm::load(of, &name("output.LayerNorm"), config)?,
            })
        };
        Ok(Self {
            heads: config.num_attention_heads,
            words: of.matrix("embeddings.word_embeddings.weight", config.vocab_size, size)?,
            positions: of.matrix("embeddings.position_embeddings.weight", config.max_position_embeddings, size)?,
            segment: of
                .matrix("embeddings.token_type_embeddings.weight", config.type_vocab_size, size)?
                .row(0)
                .to_owned(),
            norm: Norm::load(of, "embeddings.LayerNorm", config)?,
            layers: (0..config.num_hidden_layers).map(|n| layer(of, n)).collect::<Result<_, _>>()?,
        })
    }

    /// A unit vector for each text, given by its tokens.
    pub fn encode(&self, texts: &[Vec<u32>]) -> Result<Vec<Vec<f32>>, EmbedError> {
        let mut hidden = self.embedded(texts)?;
        for layer in &self.layers {
            let attended = layer.attended.apply(&self.attention(layer, &hidden, texts));
            hidden += &attended;
            layer.attended_norm.apply(&mut hidden);
            let mut wide = layer.widened.apply(&hidden);
            wide.mapv_inplace(gelu);
            hidden += &layer.narrowed.apply(&wide);
            layer.narrowed_norm.apply(&mut hidden);
        }
        Ok(ranges(texts)
            .map(|(from, to)| {
                let mut mean = hidden.slice(s![from..to, ..]).sum_axis(Axis(0));
                let length = mean.dot(&mean).sqrt();
                if length > 0.0 {
                    mean /= length;
                }
                mean.to_vec()
            })
            .collect())
    }

    /// Word, position and segment of each token, one row a token.
    fn embedded(&self, texts: &[Vec<u32>]) -> Result<Array2<f32>, EmbedError> {
        let tokens = texts.iter().map(Vec::len).sum();
        let mut hidden = Array2::zeros((tokens, DIMENSION));
        let each = texts.iter().flat_map(|text| text.iter().zip(self.positions.rows()));
        for (mut row, (id, position)) in hidden.rows_mut().into_iter().zip(each) {
            let id = usize::try_from(*id).ok().filter(|id| *id < self.words.nrows());
            let id = id.ok_or_else(|| EmbedError::Model("tokenizer.json has more words than the model".into()))?;
            row += &self.words.row(id);
            row += &position;
            row += &self.segment;
        }
        self.norm.apply(&mut hidden);
        Ok(hidden)
    }

    /// Each token's mixture of the values of the tokens of its own text.
    fn attention(&self, layer: &Layer, hidden: &Array2<f32>, texts: &[Vec<u32>]) -> Array2<f32> {
        let width = DIMENSION / self.heads;
        let scale = u16::try_from(width).map_or(1.0, |w| f32::from(w).sqrt().recip());
        let mut query = layer.query.apply(hidden);
        query *= scale;
        let (key, value) = (layer.key.apply(hidden), layer.value.apply(hidden));
        let mut mixed = Array2::zeros(hidden.raw_dim());
        for (from, to) in ranges(texts) {
            for head in 0..self.heads {
                let part = s![from..to, head * width..(head + 1) * width];
                let of = |all: &Array2<f32>, then: &mut dyn FnMut(ArrayView2<'_, f32>)| then(all.slice(part));
                let mut scores = Array2::zeros((to - from, to - from));
                of(&query, &mut |q| of(&key, &mut |k| scores = q.dot(&k.t())));
                scores.rows_mut().into_iter().for_each(softmax);
                of(&value, &mut |v| mixed.slice_mut(part).assign(&scores.dot(&v)));
            }
        }
        mixed
    }
}

/// The rows of each text.
fn ranges(texts: &[Vec<u32>]) -> impl Iterator<Item = (usize, usize)> {
    texts.iter().scan(0, |from, text| {
        let range = (*from, *from + text.len());
        *from = range.1;
        Some(range)
    })
}

impl Linear {
    fn load(weights: &mut Weights, name: &str, outputs: usize, inputs: usize) -> Result<Self, EmbedError> {
        Ok(Self {
            weight: weights.matrix(&format!("{name}.weight"), outputs, inputs)?,
            bias: weights.vector(&format!("{name}.bias"), outputs)?,
        })
    }

    fn apply(&self, x: &Array2<f32>) -> Array2<f32> {
        let mut y = x.dot(&self.weight.t());
        y += &self.bias;
        y
    }
}

impl Norm {
    fn load(weights: &mut Weights, name: &str, config: Config) -> Result<Self, EmbedError> {
        Ok(Self {
            weight: weights.vector(&format!("{name}.weight"), config.hidden_size)?,
            bias: weights.vector(&format!("{name}.bias"), config.hidden_size)?,
            epsilon: config.layer_norm_eps,
        })
    }

    /// Each row to mean 0 and variance 1, then scaled and moved as learnt.
    fn apply(&self, x: &mut Array2<f32>) {
        for mut row in x.rows_mut() {
            let mean = row.mean().unwrap_or(0.0);
            row -= mean;
            let variance = row.dot(&row) * SIZE_RECIPROCAL;
            let factor = (variance + self.epsilon).sqrt().recip();
            Zip::from(&mut row).and(&self.weight).and(&self.bias).for_each(|x, w, b| *x = x.mul_add(factor * w, *b));
        }
    }
}

/// One divided by [`DIMENSION`].
const SIZE_RECIPROCAL: f32 = 1.0 / 384.0;

fn softmax(mut row: ArrayViewMut1<'_, f32>) {
    let most = row.fold(f32::NEG_INFINITY, |most, x| most.max(*x));
    row.mapv_inplace(|x| (x - most).exp());
    let sum = row.sum();
    row /= sum;
}

/// x · Φ(x), with the error function by Abramowitz and Stegun 7.1.26: within 1.5e-7.
fn gelu(x: f32) -> f32 {
    let z = x.abs() * std::f32::consts::FRAC_1_SQRT_2;
    let t = (1.0 + 0.327_591_1 * z).recip();
    let polynomial = t * (0.254_829_6 + t * (-0.284_496_74 + t * (1.421_413_7 + t * (-1.453_152 + t * 1.061_405_4))));
    let erf = (1.0 - polynomial * (-z * z).exp()).copysign(x);
    0.5 * x * (1.0 + erf)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_activation_is_the_known_one() {
        for (x, y) in [(0.0, 0.0), (1.0, 0.841_344_7), (-1.0, -0.158_655_3), (2.5, 2.484_475), (-4.0, -0.000_126_69)] {
            assert!((gelu(x) - y).abs() < 2e-6, "{x}: {}", gelu(x));
        }
    }

    #[test]
    fn a_row_of_weights_sums_to_one_whatever_the_scores() {
        let mut scores = Array1::from_vec(vec![1000.0, 999.0, -1000.0]);
        softmax(scores.view_mut());
        assert!((scores.sum() - 1.0).abs() < 1e-6 && scores.iter().all(|x| x.is_finite()));
    }
}
