//! The plugging of the heap before a snapshot.
//!
//! The start leaves thousands of free pieces all over the heap. The allocations of a program would go into them, each
//! on another page of the snapshot, which has to be copied for it. So all pieces are allocated: later allocations are
//! close together, in new memory. The pieces are filled with zeros, since their content is useless and would only make
//! the image larger.

use wasmtime::{Result, Store, TypedFunc, bail};

use crate::engine::live::state::{InstanceState, Links};

/// The size of a block that is larger than all pieces together, and is therefore behind them.
const BLOCK: u32 = 8 << 20;
/// The largest piece that is tried.
const MAX_PIECE: u32 = 4 << 20;
/// The smallest piece.
const MIN_PIECE: u32 = 8;
/// The most pieces of a heap.
const MAX_PIECES: usize = 1 << 20;

/// Allocates all free pieces of the heap, and returns their number.
///
/// # Errors
/// When the guest fails.
pub(super) async fn plug(store: &mut Store<InstanceState>, links: &Links) -> Result<usize> {
    let malloc: TypedFunc<u32, u32> = links.python.get_typed_func(&mut *store, "malloc")?;
    let free: TypedFunc<u32, ()> = links.python.get_typed_func(&mut *store, "free")?;
    let block = malloc.call_async(&mut *store, BLOCK).await?;
    if block == 0 {
        bail!("no memory for {BLOCK} bytes");
    }
    let (mut pieces, mut size) = (0, MAX_PIECE);
    while size >= MIN_PIECE {
        loop {
            let piece = malloc.call_async(&mut *store, size).await?;
            if piece == 0 {
                break;
            }
            // The piece is behind the block, so no piece of this size is left before it.
            if piece > block {
                free.call_async(&mut *store, piece).await?;
                break;
            }
            let bytes = (piece as usize)
                .checked_add(size as usize)
                .and_then(|end| links.memory.data_mut(&mut *store).get_mut(piece as usize..end));
            match bytes {
                Some(bytes) => bytes.fill(0),
                None => bail!("the allocator returned a piece outside of the memory"),
            }
            pieces += 1;
            if pieces > MAX_PIECES {
                bail!("the heap has more than {MAX_PIECES} free pieces");
            }
        }
        size = size / 4 * 3;
        // The allocator's granularity.
        size -= size % MIN_PIECE;
    }
    free.call_async(&mut *store, block).await?;
    Ok(pieces)
}
