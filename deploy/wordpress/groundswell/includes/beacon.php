<?php
/**
 * The tag on article pages that counts one reading.
 *
 * @package Groundswell
 */

defined( 'ABSPATH' ) || exit;

add_action( 'wp_head', 'groundswell_print_beacon' );

/**
 * Prints the tag on the page of an article, unless whoever looks at it works on it.
 */
function groundswell_print_beacon() {
	$service = groundswell_setting( 'service' );
	$site    = groundswell_setting( 'site' );
	if ( ! $service || ! $site || ! is_singular() || is_preview() || ! groundswell_is_article( get_queried_object() ) ) {
		return;
	}
	if ( current_user_can( 'edit_posts' ) ) {
		return;
	}
	// The number stays when the slug changes; the desk knows it as a name of the article.
	$id         = (string) get_queried_object_id();
	$attributes = array(
		'src'          => esc_url( $service . '/beacon.v1.js' ),
		'async'        => true,
		'data-site'    => $site,
		'data-article' => $id,
	);
	$secret     = groundswell_setting( 'token_secret' );
	if ( $secret ) {
		$attributes['data-token'] = groundswell_token( $secret, $site, $id );
	}
	wp_print_script_tag( $attributes );
}
