//! What can be typed after `sotto`.

use clap::{Args, Parser, Subcommand};

const EXIT_CODES: &str = "\
Exit codes:
    0  done
    1  the answer failed, or a check of `doctor` found something broken
    2  the command line is wrong
    3  no model is on this computer
    4  the history cannot be opened
    5  nothing was sent: nobody said yes, or it may not be asked
   65  the input is not UTF-8 text, or there is nothing to ask
  130  stopped with Ctrl-C
  141  whoever read the output went away";

/// Answers on this computer. Nothing leaves it without a yes.
#[derive(Debug, Parser)]
#[command(name = "sotto", version, after_help = EXIT_CODES)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Asks one question; standard input, if it is not a terminal, is read as context
    Ask(AskArguments),
    /// Talks in the terminal until Ctrl-D
    Chat(ChatArguments),
    /// Opens the quick prompt over whatever is on the screen; starts Sotto if it does not run
    Quick {
        /// What to put into its field; it is not asked before Enter is pressed there
        text: Vec<String>,
    },
    /// The conversations that are kept
    #[command(subcommand)]
    History(HistoryCommand),
    /// The models on this computer
    #[command(subcommand)]
    Models(ModelsCommand),
    /// Who runs larger models on other computers, and the keys they gave you
    #[command(subcommand)]
    Providers(ProvidersCommand),
    /// Whether larger models may be asked for at all
    #[command(subcommand)]
    Cloud(CloudCommand),
    /// What left this computer, and what was asked for and did not
    #[command(subcommand)]
    Ledger(LedgerCommand),
    /// Looks at everything that Sotto needs, and says how to mend it
    Doctor {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Args)]
pub(crate) struct AskArguments {
    /// The model that answers, as `sotto models list` names it
    #[arg(long, short)]
    pub(crate) model: Option<String>,
    /// Ask a larger model instead: PROVIDER/MODEL. Shows what would be sent, and sends it only after
    /// a yes that is typed on a terminal
    #[arg(long, value_name = "PROVIDER/MODEL", conflicts_with = "model")]
    pub(crate) cloud: Option<String>,
    /// With --cloud: put placeholders in place of what looks confidential
    #[arg(long, requires = "cloud")]
    pub(crate) redact: bool,
    /// Print one JSON object when the answer is whole, instead of streaming text
    #[arg(long)]
    pub(crate) json: bool,
    /// The question
    pub(crate) prompt: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct ChatArguments {
    /// The model that answers, as `sotto models list` names it
    #[arg(long, short)]
    pub(crate) model: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum HistoryCommand {
    /// All conversations, the last changed first
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// One conversation, as the window shows it
    Show {
        /// Its id, or the beginning of its id
        id: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// One or all conversations with all their branches, as JSON
    Export {
        /// Its id, or the beginning of its id; all without
        id: Option<String>,
        /// Print JSON (the only form, so far)
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum ModelsCommand {
    /// All models on this computer
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum ProvidersCommand {
    /// All providers that can be asked
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Keeps a provider's key in the keyring: typed unseen on a terminal, or read from standard input
    Key {
        /// The provider's id
        provider: String,
        /// Remove the key instead
        #[arg(long)]
        remove: bool,
    },
    /// Adds a server of your own
    Add {
        /// Its name
        title: String,
        /// The address under which its paths lie, for example http://192.168.1.9:8080/v1
        address: String,
        /// It speaks Anthropic's protocol instead of OpenAI's
        #[arg(long)]
        anthropic: bool,
    },
    /// Removes a server of your own, and its key
    Remove {
        /// The provider's id
        provider: String,
    },
}

#[derive(Debug, Clone, Copy, Subcommand)]
pub(crate) enum CloudCommand {
    /// Cloud models may be asked for, each time with a yes
    On,
    /// Cloud models may not be asked for
    Off,
    /// Nothing may leave now; what is on its way is cut, also in the window
    Block,
    /// Takes the block back
    Unblock,
}

#[derive(Debug, Subcommand)]
pub(crate) enum LedgerCommand {
    /// Every request and what became of it, the newest first
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Whether the ledger is what was written
    Verify {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        super::Arguments::command().debug_assert();
    }
}
