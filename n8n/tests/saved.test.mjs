// Workflows that were saved with earlier versions: whatever they hold is still there, under other labels perhaps.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

import description from '../dist/nodes/ThreeCx/ThreeCx.node.js';
import trigger from '../dist/nodes/ThreeCxTrigger/ThreeCxTrigger.node.js';

const { properties, version } = new description.ThreeCx().description;
const resources = new Set(properties[0].options.map(({ value }) => value));

const isShown = ({ displayOptions }, name, value) =>
	displayOptions?.show?.[name] === undefined || displayOptions.show[name].includes(value);

/** The values that a parameter can have, where they are known beforehand. */
const values = ({ type, typeOptions, options }) => {
	if (type === 'collection') return options.map(({ name }) => name);
	return type === 'options' && !typeOptions ? options.map(({ value }) => value) : [];
};

const folder = new URL('saved/', import.meta.url);

for (const file of readdirSync(folder)) {
	const saved = readFileSync(new URL(file, folder), 'utf8').trimEnd().split('\n');

	test(`operations, and what was filled in for them, as saved with ${file.replace('.jsonl', '')}`, () => {
		assert.equal(version, 1);
		assert.ok(saved.length > 600);
		for (const line of saved) {
			const { resource, operation, parameters } = JSON.parse(line);
			assert.ok(resources.has(resource), resource);
			const dropdown = properties.find(
				(property) => property.name === 'operation' && isShown(property, 'resource', resource),
			);
			assert.ok(
				dropdown.options.some(({ value }) => value === operation),
				operation,
			);
			const shown = properties.filter((property) => isShown(property, 'operation', operation));
			for (const [name, [type, known = []]] of Object.entries(parameters)) {
				const found = shown.filter((property) => property.name === name && property.type === type);
				assert.ok(found.length > 0, `${operation} has no ${name} of type ${type}`);
				const there = found.flatMap(values);
				for (const value of known)
					assert.ok(there.includes(value), `${operation}: ${name} cannot be ${value}`);
			}
		}
	});
}

test('triggers as saved with 0.1.0', () => {
	const { properties: parameters } = new trigger.ThreeCxTrigger().description;
	const found = (name) => parameters.find((parameter) => parameter.name === name);
	const events = found('event').options.map(({ value }) => value);
	for (const event of [
		'activeCall',
		'callFinished',
		'callHistory',
		'eventLog',
		'record',
		'recording',
	])
		assert.ok(events.includes(event), event);
	for (const name of ['longest', 'records', 'properties', 'filter']) assert.ok(found(name), name);
	assert.ok(found('records').options.some(({ value }) => value === 'Users.ListUser'));
});
