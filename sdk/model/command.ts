/**
 * What a command may do in the field. `safe`: nothing moves, and nobody is misled. `actuates`: something moves or sounds.
 * `life-safety`: lives may hang on it, such as a fire-lane barrier. Position is the wire value: append only.
 */
export const commandRisks = ['safe', 'actuates', 'life-safety'] as const;
export type CommandRisk = (typeof commandRisks)[number];

/** What an operator's key may be used for. */
export const operatorRoles = ['receipts', 'configure', 'operate', 'life-safety', 'renew'] as const;
export type OperatorRole = (typeof operatorRoles)[number];

/** Of an operator whose roles nobody states: all but what lives hang on. */
export const usualRoles: readonly OperatorRole[] = ['receipts', 'configure', 'operate'];

export const isOperatorRole = (text: string): text is OperatorRole => operatorRoles.some((role) => role === text);

/** Whether who has these roles may do what needs that one: who may change devices may hand over a certificate, too. */
export const allows = (roles: readonly OperatorRole[], needed: OperatorRole): boolean =>
  roles.includes(needed) || (needed === 'renew' && roles.includes('configure'));

/**
 * What became of a command. `verified`: done, and its proof was seen in time. `executed`: done; nothing is declared that
 * would prove it. `not-proven`: done, but its proof did not come. `refused`: nothing was done. `interrupted`: the gateway
 * stopped in the middle, and nobody knows; it is never done again.
 */
export const commandStates = ['verified', 'executed', 'not-proven', 'refused', 'interrupted'] as const;
export type CommandState = (typeof commandStates)[number];

/** The role that a command of this risk needs at least. */
export const roleFor = (risk: CommandRisk): OperatorRole => (risk === 'life-safety' ? 'life-safety' : 'operate');

/** Whether a role covers a risk: who may do what lives hang on may do the rest. */
export const covers = (role: OperatorRole, risk: CommandRisk): boolean =>
  role === 'life-safety' || (role === 'operate' && risk !== 'life-safety');

/** A command must not be valid for longer than this, ms: its `notAfter` may lie so far ahead at most. */
export const longestValidity = 300_000;

/** What is signed a second time, by another person, must answer a challenge that is at most so old, ms. */
export const approvalLifeMs = 120_000;

/** Made by whoever commands, so that each command is done once at most: 16 to 64 letters, digits, hyphens and underscores. */
export const isAuditId = (text: string): boolean => /^[A-Za-z0-9_-]{16,64}$/.test(text);
