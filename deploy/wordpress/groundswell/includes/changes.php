<?php
/**
 * What happens to posts that the desk is told of.
 *
 * @package Groundswell
 */

defined( 'ABSPATH' ) || exit;

add_action( 'transition_post_status', 'groundswell_status_changed', 10, 3 );
add_action( 'post_updated', 'groundswell_address_changed', 10, 3 );
add_action( 'before_delete_post', 'groundswell_deleted', 10, 2 );

/**
 * Tells of what is published, changed while it is, and published no more.
 *
 * @param string  $new_status What it is now.
 * @param string  $old_status What it was.
 * @param WP_Post $post       The post.
 */
function groundswell_status_changed( $new_status, $old_status, $post ) {
	if ( ! groundswell_is_article( $post ) ) {
		return;
	}
	if ( 'publish' === $new_status ) {
		groundswell_enqueue( $post->ID, 'put' );
	} elseif ( 'publish' === $old_status ) {
		groundswell_enqueue( $post->ID, 'remove' );
	}
}

/**
 * Keeps the address that a published post was at as a name of it.
 *
 * @param int     $post_id Its number.
 * @param WP_Post $after   What it is now.
 * @param WP_Post $before  What it was.
 */
function groundswell_address_changed( $post_id, $after, $before ) {
	if ( ! groundswell_is_article( $after ) || 'publish' !== $after->post_status || 'publish' !== $before->post_status ) {
		return;
	}
	$old = (string) wp_parse_url( get_permalink( $before ), PHP_URL_PATH );
	$new = (string) wp_parse_url( get_permalink( $after ), PHP_URL_PATH );
	if ( $old !== $new && '' !== untrailingslashit( $old ) ) {
		groundswell_enqueue( $post_id, 'put', array( untrailingslashit( $old ) ) );
	}
}

/**
 * Tells of a published post that is deleted without having been in the trash.
 *
 * @param int     $post_id Its number.
 * @param WP_Post $post    The post.
 */
function groundswell_deleted( $post_id, $post ) {
	if ( groundswell_is_article( $post ) && 'publish' === $post->post_status ) {
		groundswell_enqueue( $post_id, 'remove' );
	}
}
