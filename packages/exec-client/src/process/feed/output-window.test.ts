import { WINDOW_BYTES } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { ACK_BYTES, OutputWindow } from './output-window.js';

function createWindow(): { readonly window: OutputWindow; readonly sent: (readonly [number, number])[] } {
  const sent: (readonly [number, number])[] = [];
  return { window: new OutputWindow((ackSeq, windowBytes) => sent.push([ackSeq, windowBytes])), sent };
}

test('the start carries a window when someone looks, and nothing more is said', () => {
  const { window, sent } = createWindow();
  window.want(true, 0);
  expect(window.leave()).toBe(WINDOW_BYTES);
  window.started(0);
  expect({ sent, hasLapsed: window.hasLapsed }).toEqual({ sent: [], hasLapsed: false });
});

test('with nobody looking at the start no output is asked for, until the first view opens', () => {
  const { window, sent } = createWindow();
  expect(window.leave()).toBe(0);
  window.started(0);
  window.want(true, 0);
  expect({ sent, hasLapsed: window.hasLapsed }).toEqual({ sent: [[0, WINDOW_BYTES]], hasLapsed: true });
});

test('what changes while the start is under way is said once the process exists', () => {
  const { window, sent } = createWindow();
  window.leave();
  window.want(true, 0);
  expect(sent).toEqual([]);
  window.started(0);
  expect(sent).toEqual([[0, WINDOW_BYTES]]);
});

test('consumed output is acknowledged when so much was consumed that a server may wait for it', () => {
  const { window, sent } = createWindow();
  window.want(true, 0);
  window.leave();
  window.started(0);
  for (let seq = 1; seq <= 4; seq += 1) window.arrived(seq, ACK_BYTES / 2);
  window.consumed(1);
  expect(sent).toEqual([]);
  window.consumed(2);
  window.consumed(3);
  expect(sent).toEqual([[2, WINDOW_BYTES]]);
  window.consumed(4);
  expect(sent).toEqual([
    [2, WINDOW_BYTES],
    [4, WINDOW_BYTES],
  ]);
});

test('what was consumed before the start was answered is acknowledged then', () => {
  const { window, sent } = createWindow();
  window.want(true, 0);
  window.leave();
  window.arrived(1, ACK_BYTES);
  window.consumed(1);
  window.started(1);
  expect(sent).toEqual([[1, WINDOW_BYTES]]);
});

test('output that arrives after the last view closed is acknowledged at once, so that it holds no room', () => {
  const { window, sent } = createWindow();
  window.want(true, 0);
  window.leave();
  window.started(0);
  window.arrived(1, 10);
  window.want(false, 1);
  window.consumed(1);
  window.arrived(2, 10);
  window.consumed(2);
  expect(sent).toEqual([
    [1, 0],
    [1, 0],
    [2, 0],
  ]);
});

test('what was told may be told once more, also that nothing is wanted, but not before the process exists', () => {
  const { window, sent } = createWindow();
  window.want(true, 0);
  window.leave();
  window.repeat(0);
  expect(sent).toEqual([]);
  window.started(0);
  window.arrived(1, 10);
  window.resume(1);
  window.repeat(0);
  window.want(false, 1);
  window.repeat(1);
  expect(sent).toEqual([
    [0, WINDOW_BYTES - 10],
    [1, 0],
    [1, 0],
  ]);
});
