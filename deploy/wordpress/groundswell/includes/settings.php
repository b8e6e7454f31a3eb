<?php
/**
 * What was set: a constant of wp-config.php, else the settings page, else nothing.
 *
 * @package Groundswell
 */

defined( 'ABSPATH' ) || exit;

/**
 * Returns one setting: service, site, desk, desk_key or token_secret.
 *
 * GROUNDSWELL_DESK_KEY and its like in wp-config.php go before the settings page, so that a secret need
 * not lie in the database.
 *
 * @param string $name Which one.
 * @return string Its value, empty when it is not set.
 */
function groundswell_setting( $name ) {
	$constant = 'GROUNDSWELL_' . strtoupper( $name );
	if ( defined( $constant ) ) {
		return (string) constant( $constant );
	}
	$settings = get_option( 'groundswell_settings', array() );
	return isset( $settings[ $name ] ) ? (string) $settings[ $name ] : '';
}

/**
 * Returns whether a post is one whose readings count: one of a public type.
 *
 * @param WP_Post|null $post The post.
 * @return bool
 */
function groundswell_is_article( $post ) {
	/**
	 * Filters the types of posts that are articles.
	 *
	 * @param string[] $types Names of post types.
	 */
	$types = (array) apply_filters( 'groundswell_post_types', array( 'post' ) );
	return $post instanceof WP_Post && in_array( $post->post_type, $types, true );
}
