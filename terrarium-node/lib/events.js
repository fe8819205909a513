// Events of a run out of its news.
'use strict';

const { TextDecoder } = require('node:util');

const { record } = require('./names.js');

/** @typedef {import('./types.js').RunEvent} RunEvent */

/** The kinds of news that are events. */
const EVENTS = new Set(['stdout', 'stderr', 'display', 'update', 'clear', 'call_begun', 'call_ended', 'step']);

/** Makes events of news. */
class EventReader {
  #decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };

  /**
   * @param {import('./native.js').Event} event
   * @returns {RunEvent}
   */
  read({ kind, text, blobs }) {
    switch (kind) {
      case 'stdout':
      case 'stderr':
        return { type: kind, data: blobs[0], text: this.#decoders[kind].decode(blobs[0], { stream: true }) };
      case 'display':
      case 'update':
        return { type: kind, display: display(JSON.parse(text)) };
      case 'clear':
        return { type: 'clear', wait: text === 'true' };
      case 'call_begun':
        return { type: kind, ...JSON.parse(text) };
      case 'call_ended': {
        const call = record(JSON.parse(text));
        return { type: kind, id: call.id, name: call.name, call };
      }
      default:
        return { type: 'progress', progress: JSON.parse(text) };
    }
  }
}

/**
 * A display from core's JSON.
 *
 * @param {any} members
 * @returns {import('./types.js').Display}
 */
function display(members) {
  return { ...members, id: members.id ?? null };
}

module.exports = { display, EventReader, EVENTS };
