import { type Alarm, connect, ed25519Signer, FengsuiError } from 'fengsui';

const signer = ed25519Signer({ keyId: 'duty', privateKey: process.env['DUTY_KEY'] ?? '' });
await using fs = await connect({ url: 'mqtt://127.0.0.1:1883', district: '330603', signer, operator: '李伟' });

/** What the buttons beside an alarm do. Only a person presses them. */
export const buttons = {
  确认: (alarm: Alarm) => press(fs.alarms.ack(alarm)),
  消音: (alarm: Alarm) => press(fs.alarms.silence(alarm)), // the siren; a new fire sounds again
  复位: (alarm: Alarm) => press(fs.alarms.reset(alarm)), // this very occurrence, never a newer one
  搁置两小时: (alarm: Alarm, why: string) => press(fs.alarms.shelve(alarm, { minutes: 120, why })), // a fire is refused
  停用设备: (alarm: Alarm, why: string) => press(fs.alarms.takeOutOfService(alarm, { why })), // its fires go through
};

async function press(action: Promise<unknown>): Promise<void> {
  try {
    await action;
  } catch (e) {
    if (!FengsuiError.is(e)) throw e;
    // CONFLICT: it changed meanwhile, look again. TIMEOUT: it may have been done, look again.
    console.log('未执行或未知：', e.code, e.message);
  }
}

const { alarms, unanswered } = await fs.alarms.active(); // most urgent first
for (const alarm of alarms) show(alarm);
for (const { gateway, error } of unanswered) console.log('无法询问：', gateway, error.message); // not known, not absent

void showUnstored();
for await (const { alarm, commit } of fs.alarms.stream()) {
  show(alarm); // where it stands is told by the alarm, not by the name of the change
  await commit();
}

/** A gateway whose disk takes nothing can put no fire into the stream. It is asked what it has; it may come by the stream, too. */
async function showUnstored(): Promise<void> {
  for await (const alarm of fs.alarms.unstored()) show(alarm);
}

function show(alarm: Alarm): void {
  const state = alarm.isActive && !alarm.isHidden ? '报警' : '不显示';
  console.log(state, alarm.at.toLocaleString('zh-CN'), alarm.kind, alarm.device, alarm.explained.zh);
  if (alarm.suppression) console.log('  备注：', alarm.suppression.why, alarm.suppression.until ?? '');
}
