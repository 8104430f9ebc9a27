// The core behind the shell, for the chat window.
import { Channel } from "@tauri-apps/api/core";
import { type AppEvent, commands, type QuickEvent } from "./bindings.gen";
import type { Core } from "./core";
import { data, done } from "./reply";

export function tauriCore(): Core {
  const listeners = new Set<(event: AppEvent) => void>();
  let channel: Channel<AppEvent> | undefined;
  return {
    subscribe(listener) {
      listeners.add(listener);
      if (!channel) {
        channel = new Channel<AppEvent>();
        channel.onmessage = (event) => {
          for (const each of listeners) each(event);
        };
        done(commands.subscribe(channel)).catch((error: unknown) => console.error(error));
      }
      return () => listeners.delete(listener);
    },
    composerReady: () => done(commands.composerReady()),
    startup: () => data(commands.startup()),
    unlock: (passphrase) => data(commands.unlock(passphrase)),
    keepNothing: () => data(commands.keepNothing()),
    retryHistory: () => data(commands.retryHistory()),
    listConversations: () => data(commands.listConversations()),
    openConversation: (id) => data(commands.openConversation(id)),
    ask: (request) => data(commands.ask(request)),
    editQuestion: (message, text) => data(commands.editQuestion(message, text)),
    answerAgain: (answer, how) => data(commands.answerAgain(answer, how)),
    stop: (conversation) => done(commands.stop(conversation)),
    chooseAlternative: (message) => data(commands.chooseAlternative(message)),
    renameConversation: (id, title) => done(commands.renameConversation(id, title)),
    deleteConversation: (id) => done(commands.deleteConversation(id)),
    restoreConversation: (id) => done(commands.restoreConversation(id)),
    chooseModel: (conversation, model) => done(commands.chooseModel(conversation, model)),
    models: () => data(commands.models()),
    runtime: () => data(commands.runtime()),
    openModelsFolder: () => done(commands.openModelsFolder()),
    loadModel: (model) => done(commands.loadModel(model)),
    unloadModel: (model) => done(commands.unloadModel(model)),
    pauseRuntime: () => done(commands.pauseRuntime()),
    resumeRuntime: () => done(commands.resumeRuntime()),
    hardware: () => data(commands.hardware()),
    setMemoryLimit: (bytes) => data(commands.setMemoryLimit(bytes)),
    catalog: () => data(commands.catalog()),
    modelSettings: (model) => data(commands.modelSettings(model)),
    setModelSettings: (model, settings) => done(commands.setModelSettings(model, settings)),
    importModel: () => data(commands.importModel()),
    removeModel: (model) => done(commands.removeModel(model)),
    benchModel: (model) => data(commands.benchModel(model)),
    stopBench: () => done(commands.stopBench()),
    measurements: () => data(commands.measurements()),
    previewDownload: (id) => data(commands.previewDownload(id)),
    offerDownload: (id) => data(commands.offerDownload(id)),
    download: (id) => done(commands.download(id)),
    pauseDownload: (id) => done(commands.pauseDownload(id)),
    resumeDownload: (id) => done(commands.resumeDownload(id)),
    cancelDownload: (id) => done(commands.cancelDownload(id)),
    downloads: () => data(commands.downloads()),
    modelHub: () => data(commands.modelHub()),
    keepHubToken: () => done(commands.keepHubToken()),
    removeHubToken: () => done(commands.removeHubToken()),
    search: (words) => data(commands.search(words)),
    cloud: () => data(commands.cloud()),
    turnCloud: (on) => data(commands.turnCloud(on)),
    blockCloud: () => data(commands.blockCloud()),
    unblockCloud: () => data(commands.unblockCloud()),
    saveProvider: (entry) => data(commands.saveProvider(entry)),
    removeProvider: (provider) => data(commands.removeProvider(provider)),
    takeKey: (provider) => data(commands.takeKey(provider)),
    removeKey: (provider) => data(commands.removeKey(provider)),
    testProvider: (provider) => data(commands.testProvider(provider)),
    withdrawStandingYes: (server) => data(commands.withdrawStandingYes(server)),
    setOwnWords: (words) => data(commands.setOwnWords(words)),
    askLarger: (request) => data(commands.askLarger(request)),
    withdrawLarger: () => done(commands.withdrawLarger()),
    ledger: () => data(commands.ledger()),
    exportLedger: () => data(commands.exportLedger()),
    shortcuts: () => data(commands.shortcuts()),
    chooseShortcut: (name, choice) => done(commands.chooseShortcut(name, choice)),
    askDesktopForShortcuts: () => done(commands.askDesktopForShortcuts()),
    subscribeQuick(listener) {
      const quick = new Channel<QuickEvent>();
      quick.onmessage = listener;
      done(commands.quickSubscribe(quick)).catch((error: unknown) => console.error(error));
      return () => {
        quick.onmessage = () => {};
      };
    },
    quickAsk: (ask) => data(commands.quickAsk(ask)),
    quickConversation: () => data(commands.quickConversation()),
    quickKeep: () => done(commands.quickKeep()),
    quickClipboard: () => data(commands.quickClipboard()),
    quickCopy: (text) => done(commands.quickCopy(text)),
    actions: () => data(commands.actions()),
    quickAnew: () => done(commands.quickAnew()),
    quickHandOver: (what) => done(commands.quickHandOver(what)),
    quickHide: () => done(commands.quickHide()),
    quickStay: (stays) => done(commands.quickStay(stays)),
    quickResize: (size) => done(commands.quickResize(size)),
    quickDrag: () => done(commands.quickDrag()),
    desktop: () => data(commands.desktop()),
    setWhenClosed: (chosen) => done(commands.setWhenClosed(chosen)),
    setSessionStart: (on) => done(commands.setSessionStart(on)),
    dismissTrayNote: () => done(commands.dismissTrayNote()),
    closeWindow: () => done(commands.closeWindow()),
    quit: () => done(commands.quit()),
  };
}
