/** Items: what n8n hands on, made from what came. */
import type { IBinaryData, IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import type { Stream } from './body';
import type { Answer } from './call';

/** The items that an answer becomes, each paired with the item that asked for it. */
export async function toItems(
	context: IExecuteFunctions,
	itemIndex: number,
	operation: string,
	answer: Answer,
	counted: boolean,
): Promise<INodeExecutionData[]> {
	const pairedItem = { item: itemIndex };
	switch (answer.kind) {
		case 'rows': {
			const total = counted ? { '@odata.count': answer.count } : {};
			return answer.rows.map((row) => ({ json: { ...record(row), ...total }, pairedItem }));
		}
		case 'value': {
			const values = Array.isArray(answer.value) ? answer.value : [answer.value];
			return values.map((value) => ({ json: record(value), pairedItem }));
		}
		case 'nothing':
			return [{ json: answer.done, pairedItem }];
		case 'file': {
			const field = String(context.getNodeParameter('outputField', itemIndex, 'data') || 'data');
			const { name, mediaType, size, body } = answer;
			const file = Buffer.isBuffer(body)
				? await storing(context, operation)(body, mediaType, name)
				: body;
			const json = { operation, fileName: file.fileName, mediaType, size };
			return [{ json, binary: { [field]: file }, pairedItem }];
		}
	}
}

/** Puts a file where n8n keeps files. One without a name is called after what gave it. */
export function storing(context: IExecuteFunctions, operation: string) {
	return async (file: Buffer | Stream, mediaType: string, name?: string): Promise<IBinaryData> => {
		const fileName = name ?? operation.replace(/^.*\./, '');
		return await context.helpers.prepareBinaryData(file, fileName, mediaType);
	};
}

/** A record as it came, without the note on where its description is; anything else as `value`. */
function record(value: unknown): IDataObject {
	if (typeof value !== 'object' || value === null || Array.isArray(value)) {
		return { value: value as IDataObject[string] };
	}
	const fields = { ...(value as IDataObject) };
	delete fields['@odata.context'];
	return fields;
}
