import { defineProfile } from '../define-profile.ts';

/** The table of latest data: 41001 as the manual counts is register 1000, 8 registers a slot. */
const inSlot = (offset: number) => [1_000, ['slot', 8], offset] as const;
const data = (n: number) =>
  ({ from: 'holding', at: inSlot(2 + n), as: 'u16', unit: '1', resolution: 1, range: [0, 65_535] }) as const;

/**
 * One sensor in a slot of a Monnit serial Modbus gateway. One source; an older edition of the same guide has records of
 * 7 registers with an age instead of a time, and address 95 instead of 99. What the four data words mean depends on the
 * sensor. A gateway that has heard nothing of a sensor for long clears its record: a time of 0 is no data.
 */
export const monnitSlot = defineProfile({
  id: 'monnit/serial-gateway-slot',
  name: { en: 'Monnit wireless sensor', zh: 'Monnit 无线传感器' },
  category: 'other',
  source: 'Monnit Serial MODBUS gateway user’s guide, p. 4 and 9, fast read registers 41001 + 8 × slot; one source',
  settings: { slot: { default: 0, min: 0, max: 99, help: 'slot of the wireless device list that the sensor is in' } },
  points: {
    // As the manual counts, coil 2.
    dataReady: { from: 'coil', at: 1, as: 'bool' },
    time: {
      from: 'holding',
      at: inSlot(0),
      as: 'u32',
      unit: 's',
      resolution: 1,
      range: [1, 4_294_967_295],
      lostMarkers: [0],
    },
    data0: data(0),
    data1: data(1),
    data2: data(2),
    data3: data(3),
    battery: { from: 'holding', at: inSlot(6), as: 'u16', scale: 0.01, unit: 'V', resolution: 0.01, range: [0, 5] },
    signal: { from: 'holding', at: inSlot(7), as: 'i16', unit: 'dBm', resolution: 1, range: [-110, -20] },
  },
  pollMs: 2_000,
  silenceMs: 30_000,
  serial: { baud: 19_200, parity: 'none', stopBits: 1, unit: 99 },
});
