/** The build of the PBX, for what the editor offers before anything else was asked. */
import { callOnce } from './call';
import { given } from './given';
import { type Context, pbx } from './transport';

/** The build, if the PBX says which it has. One that cannot be reached counts as the newest. */
export async function versionOf(context: Context): Promise<string | undefined> {
	if (pbx(context).version === undefined) {
		const probe = { parameters: {}, fields: {}, options: { select: given('Id') } };
		await callOnce(context, { operation: 'Defs.GetDefs', arguments: probe }).catch(() => {});
	}
	return pbx(context).version;
}
