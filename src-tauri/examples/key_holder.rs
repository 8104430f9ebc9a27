//! Another program that holds keys, for tests: it takes the key whose number at the X server is its
//! first argument, with the modifiers of the second, says so on a line, and ends with its input.

#[cfg(target_os = "linux")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    use std::io::{Read, Write};
    use x11rb::{
        connection::Connection,
        protocol::xproto::{ConnectionExt, GrabMode, ModMask},
    };

    let mut numbers = std::env::args().skip(1);
    let mut number = || numbers.next().ok_or("two numbers are needed");
    let (key, held): (u8, u16) = (number()?.parse()?, number()?.parse()?);
    let (connection, screen) = x11rb::connect(None)?;
    let root = connection.setup().roots[screen].root;
    let mode = GrabMode::ASYNC;
    connection
        .grab_key(false, root, ModMask::from(held), key, mode, mode)?
        .check()?;
    writeln!(std::io::stdout(), "held")?;
    std::io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn main() {}
