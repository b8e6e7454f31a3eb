// Both blocks in the editor: a placeholder and their settings. The page shows what the server makes of them.
( ( { blocks, blockEditor, components, element, i18n } ) => {
	const { createElement: el, Fragment } = element;
	const { __ } = i18n;
	const { PanelBody, Placeholder, RangeControl, SelectControl, TextControl } = components;

	const placed = ( icon, label, instructions, ...controls ) =>
		el(
			Fragment,
			null,
			el( blockEditor.InspectorControls, null, el( PanelBody, { title: label }, ...controls ) ),
			el( 'div', blockEditor.useBlockProps(), el( Placeholder, { icon, label, instructions } ) )
		);

	const choice = ( props, name, label, values ) =>
		el( SelectControl, {
			label,
			value: props.attributes[ name ],
			options: values.map( ( value ) => ( { value, label: value } ) ),
			onChange: ( value ) => props.setAttributes( { [ name ]: value } ),
		} );

	blocks.registerBlockType( 'groundswell/trending', {
		edit: ( props ) =>
			placed(
				'chart-line',
				__( 'Trending list', 'groundswell' ),
				__( 'What readers read now appears here on the page.', 'groundswell' ),
				choice( props, 'list', __( 'List', 'groundswell' ), [ 'trending', 'rising', 'most-read' ] ),
				choice( props, 'layout', __( 'Layout', 'groundswell' ), [ 'list', 'cards' ] ),
				el( RangeControl, {
					label: __( 'Stories', 'groundswell' ),
					min: 1,
					max: 20,
					value: props.attributes.limit,
					onChange: ( limit ) => props.setAttributes( { limit } ),
				} ),
				el( TextControl, {
					label: __( 'Only this section', 'groundswell' ),
					value: props.attributes.section,
					onChange: ( section ) => props.setAttributes( { section } ),
				} )
			),
		save: () => null,
	} );

	blocks.registerBlockType( 'groundswell/views', {
		edit: ( props ) =>
			placed(
				'visibility',
				__( 'View count', 'groundswell' ),
				__( 'How often the post was read appears here on the page.', 'groundswell' ),
				el( TextControl, {
					label: __( 'Number of another post', 'groundswell' ),
					value: props.attributes.id,
					onChange: ( id ) => props.setAttributes( { id } ),
				} )
			),
		save: () => null,
	} );
} )( window.wp );
