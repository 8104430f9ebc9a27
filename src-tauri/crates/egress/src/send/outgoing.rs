//! The bytes of a request, given away in small pieces: what was handed to the connection is written out
//! by it even after a cut, so it never gets far ahead of what the server has taken.

use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};

/// Bytes of a piece. hyper holds up to 16 of them.
const PIECE: usize = 4 << 10;

/// The rest of a body. Its length is known, so it goes with `content-length`; it cannot be read again,
/// so nothing below can send it again.
pub(super) struct Outgoing(pub(super) Bytes);

impl Body for Outgoing {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let piece = PIECE.min(self.0.len());
        let piece = self.0.split_to(piece);
        Poll::Ready((!piece.is_empty()).then_some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.0.len() as u64)
    }
}
