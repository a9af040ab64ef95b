/** Items: what n8n hands on, made from what came. */
import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

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
			const fileName = answer.name ?? operation.replace(/^.*\./, '');
			const file = await context.helpers.prepareBinaryData(answer.body, fileName, answer.mediaType);
			const json = { operation, fileName, mediaType: answer.mediaType, size: answer.body.length };
			return [{ json, binary: { [field]: file }, pairedItem }];
		}
	}
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
