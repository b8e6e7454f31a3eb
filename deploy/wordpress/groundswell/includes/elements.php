<?php
/**
 * The list and the count, as shortcodes and as blocks.
 *
 * @package Groundswell
 */

defined( 'ABSPATH' ) || exit;

add_action( 'init', 'groundswell_register_elements' );

/**
 * Registers both shortcodes and both blocks.
 */
function groundswell_register_elements() {
	add_shortcode( 'groundswell_trending', 'groundswell_trending' );
	add_shortcode( 'groundswell_views', 'groundswell_views' );
	wp_register_script(
		'groundswell-blocks',
		plugins_url( 'blocks/editor.js', GROUNDSWELL_FILE ),
		array( 'wp-block-editor', 'wp-blocks', 'wp-components', 'wp-element', 'wp-i18n' ),
		GROUNDSWELL_VERSION,
		true
	);
	$blocks = array(
		'trending' => 'groundswell_trending',
		'views'    => 'groundswell_views_block',
	);
	foreach ( $blocks as $name => $render ) {
		register_block_type( dirname( GROUNDSWELL_FILE ) . '/blocks/' . $name, array( 'render_callback' => $render ) );
	}
}

/**
 * Returns the trending list.
 *
 * @param array|string $given Attributes of <trending-list>, of those known here.
 * @return string HTML.
 */
function groundswell_trending( $given ) {
	$known      = array( 'list', 'window', 'section', 'tag', 'author', 'published-within', 'exclude', 'limit', 'layout', 'show' );
	$attributes = array();
	foreach ( (array) $given as $name => $value ) {
		if ( in_array( $name, $known, true ) && is_scalar( $value ) && '' !== (string) $value ) {
			$attributes[ $name ] = (string) $value;
		}
	}
	return groundswell_element( 'trending-list', $attributes + array( 'via' => 'trending' ) );
}

/**
 * Returns the count of an article; without an id that of the post it stands in.
 *
 * @param array|string $given `id`, the number of a post or any id Groundswell knows.
 * @return string HTML.
 */
function groundswell_views( $given ) {
	$given = (array) $given;
	$id    = isset( $given['id'] ) && '' !== (string) $given['id'] ? (string) $given['id'] : (string) get_the_ID();
	return '' === $id || '0' === $id ? '' : groundswell_element( 'view-count', array( 'article' => $id ) );
}

/**
 * Returns the count as a block, which in a list of posts is told the post by its context.
 *
 * @param array    $given   Its attributes.
 * @param string   $content What is in it, nothing.
 * @param WP_Block $block   The block.
 * @return string HTML.
 */
function groundswell_views_block( $given, $content, $block ) {
	if ( empty( $given['id'] ) && ! empty( $block->context['postId'] ) ) {
		$given['id'] = $block->context['postId'];
	}
	return groundswell_views( $given );
}

/**
 * Returns one of the elements of widget.v1.js, and has the page load it.
 *
 * @param string   $name       The element.
 * @param string[] $attributes Its attributes, as they are, beside the site.
 * @return string HTML.
 */
function groundswell_element( $name, $attributes ) {
	$service = groundswell_setting( 'service' );
	$site    = groundswell_setting( 'site' );
	if ( ! $service || ! $site ) {
		return '';
	}
	// Its name moves with every release of the service, so it has no version of ours.
	wp_enqueue_script( 'groundswell-widget', $service . '/widget.v1.js', array(), null, true ); // phpcs:ignore WordPress.WP.EnqueuedResourceParameters.MissingVersion
	$html = '<' . $name . ' site="' . esc_attr( $site ) . '"';
	foreach ( $attributes as $key => $value ) {
		$html .= ' ' . $key . '="' . esc_attr( $value ) . '"';
	}
	return $html . '></' . $name . '>';
}
