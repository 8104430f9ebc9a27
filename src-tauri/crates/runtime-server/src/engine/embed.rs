//! Embeds texts: the mean of the tokens' embeddings unless the model says otherwise, of length 1.

use super::context::Stopped;
use super::generate::Clock;
use super::job::{Cancel, EmbedTask, Embeddings};
use super::loaded::Loaded;
use super::model::Token;
use super::prompt;
use crate::error::Error;

/// `llama_pooling_type`: what a model's file may ask for.
const FIRST_TOKEN: u32 = 2;
const LAST_TOKEN: u32 = 3;
const RANKING: u32 = 4;

/// Runs the task.
pub(super) fn run(
    loaded: &mut Loaded,
    task: &EmbedTask,
    cancel: &Cancel,
    clock: Clock,
) -> Result<Embeddings, Error> {
    if loaded.file.metadata.pooling == Some(RANKING) {
        return Err(Error::BadRequest(
            "this model ranks texts and does not embed them".into(),
        ));
    }
    let mut vectors = Vec::with_capacity(task.inputs.len());
    let mut count = 0;
    for input in &task.inputs {
        if cancel.is_set() {
            return Err(Error::Cancelled);
        }
        let tokens = tokens_of(loaded, input, task.truncate)?;
        count += tokens.len();
        let mut vector = embed(loaded, &tokens, cancel)?;
        if let Some(dimensions) = task.dimensions {
            vector.truncate(dimensions);
        }
        normalise(&mut vector);
        vectors.push(vector);
    }
    Ok(Embeddings {
        vectors,
        tokens: count,
        total: clock.asked.elapsed(),
        load: clock.load,
    })
}

fn tokens_of(loaded: &Loaded, input: &str, truncate: bool) -> Result<Vec<Token>, Error> {
    let size = loaded.size as usize;
    let mut text = input;
    // Far more text than the context holds is not cut into tokens as a whole: that takes minutes.
    if text.len() > prompt::CHUNK
        && let Some((end, tokens)) = prompt::outgrows(&loaded.model, text, loaded.size)?
    {
        if !truncate {
            return Err(Error::ContextExceeded {
                prompt_tokens: tokens,
                at_least: true,
                context: loaded.size,
            });
        }
        text = &text[..end];
    }
    let mut tokens = loaded.model.tokenize(text, true, false)?;
    if tokens.len() > size {
        if !truncate {
            return Err(Error::ContextExceeded {
                prompt_tokens: tokens.len() as u64,
                at_least: false,
                context: loaded.size,
            });
        }
        tokens.truncate(size);
    }
    Ok(tokens)
}

fn embed(loaded: &mut Loaded, tokens: &[Token], cancel: &Cancel) -> Result<Vec<f32>, Error> {
    let pooling = loaded.file.metadata.pooling.unwrap_or(0);
    let width = loaded.model.embedding_width();
    if tokens.is_empty() {
        return Ok(vec![0.0; width]);
    }
    let context = loaded.embedding()?;
    context.watch(std::sync::Arc::clone(&cancel.0));
    context.clear();
    let mut sum = vec![0.0f32; width];
    let mut done = 0;
    for chunk in tokens.chunks(context.batch_size()) {
        context
            .evaluate(done, chunk, true)
            .map_err(|stopped| match stopped {
                Stopped::Cancelled => Error::Cancelled,
                Stopped::Full => Error::Engine("the context is full".into()),
                Stopped::Failed(error) => error,
            })?;
        for at in 0..chunk.len() {
            let row = context.embedding(at)?;
            match pooling {
                FIRST_TOKEN if done + at > 0 => {}
                LAST_TOKEN if done + at + 1 < tokens.len() => {}
                _ => sum
                    .iter_mut()
                    .zip(row)
                    .for_each(|(sum, value)| *sum += value),
            }
        }
        done += chunk.len();
    }
    Ok(sum)
}

/// Scales to length 1; a zero vector stays. The sum needs no division by the count before it.
fn normalise(vector: &mut [f32]) {
    let length = vector
        .iter()
        .map(|value| f64::from(*value) * f64::from(*value))
        .sum::<f64>()
        .sqrt();
    if length > 0.0 {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "the values are 32-bit themselves"
        )]
        for value in vector {
            *value = (f64::from(*value) / length) as f32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_get_length_one() {
        for (mut vector, expected) in [
            (vec![3.0, 4.0], vec![0.6, 0.8]),
            (vec![0.0, 0.0], vec![0.0, 0.0]),
            (vec![1e30, 0.0], vec![1.0, 0.0]),
        ] {
            normalise(&mut vector);
            assert_eq!(vector, expected);
        }
    }
}
