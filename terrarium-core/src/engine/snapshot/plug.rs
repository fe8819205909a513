//! Plugging the heap before a snapshot.
//!
//! Start-up leaves thousands of free pieces all over the heap, and what a program allocates would go into them, each
//! on another page of the snapshot, which has to be copied for it. So the pieces are taken, all of them: what comes
//! later lies together, in new memory. They are filled with zeros, since what was in them is of no use to anybody and
//! would only make the image larger.

use wasmtime::{Result, Store, TypedFunc, bail};

use crate::engine::live::state::{InstanceState, Links};

/// A block that is larger than all pieces together would be; it lies behind them.
const BLOCK: u32 = 8 << 20;
/// The largest pieces that are looked for.
const MAX_PIECE: u32 = 4 << 20;
/// The smallest.
const MIN_PIECE: u32 = 8;
/// A heap has fewer pieces.
const MAX_PIECES: usize = 1 << 20;

/// Take all free pieces of the heap.
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
            // Behind the block: nothing of this size is left before it.
            if piece > block {
                free.call_async(&mut *store, piece).await?;
                break;
            }
            let bytes = (piece as usize)
                .checked_add(size as usize)
                .and_then(|end| links.memory.data_mut(&mut *store).get_mut(piece as usize..end));
            match bytes {
                Some(bytes) => bytes.fill(0),
                None => bail!("the allocator gave a piece that lies outside of the memory"),
            }
            pieces += 1;
            if pieces > MAX_PIECES {
                bail!("the heap has more than {MAX_PIECES} free pieces");
            }
        }
        size = size / 4 * 3;
        // Sizes that the allocator tells apart.
        size -= size % MIN_PIECE;
    }
    free.call_async(&mut *store, block).await?;
    Ok(pieces)
}
