export { type ConfinementRequest, prepare } from './prepare.js';
