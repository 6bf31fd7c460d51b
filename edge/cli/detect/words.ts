import type { Said } from '../terminal/language.ts';

/** All that `fengsui detect` says to a person. */
export const detectWords = {
  reading: { en: 'Reading', zh: '正在读取' },
  read: { en: 'Registers that can be read:', zh: '可读寄存器：' },
  ask: { en: 'What does the dial show now? (Enter ends) ', zh: '表盘现在显示多少？（直接回车结束）' },
  waiting: { en: 'Waiting until the registers give', zh: '等待寄存器变为' },
  none: {
    en: 'No register gives that. Try other registers (--from, --to), or check what was typed.',
    zh: '没有寄存器与之相符。请换一段寄存器（--from、--to），或核对输入的数值。',
  },
  sure: {
    en: 'Only this fits all that was shown; different values so far:',
    zh: '只有这一种解释符合全部示数；不同示数个数：',
  },
  once: {
    en: 'Only this fits so far, but one value may fit by chance: show a second, different one.',
    zh: '目前只有这一种解释相符，但单个示数可能是巧合：请再给一个不同的示数。',
  },
  several: {
    en: 'Several fit, the likeliest first; another, different value will tell them apart. How many:',
    zh: '有多种解释相符，最可能的在前；再给一个不同的示数即可区分。共：',
  },
  zero: {
    en: 'Zero says little, most registers hold it: use another value.',
    zh: '零不能说明问题，多数寄存器都为零：请换一个示数。',
  },
  same: { en: 'cannot be told apart so far from:', zh: '目前无法与以下解释区分：' },
  paste: { en: 'As a point of a profile (put in its unit and range):', zh: '写入设备档案的测点（请填写单位和量程）：' },
  more: { en: 'more', zh: '种其他解释' },
} as const satisfies Record<string, Said>;
