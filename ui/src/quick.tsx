// Begins the quick prompt. Its window is made hidden, so nothing is drawn ahead: there is time. The
// code comes after the few parts that every page begins with, as in the chat window, so that the
// consent window's page shares no more than those with it.
import { connect } from "./ipc";

const core = await connect();
const { beginQuick } = await import("./beginQuick");
beginQuick(core);
