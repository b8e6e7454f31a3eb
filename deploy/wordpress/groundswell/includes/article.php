<?php
/**
 * A post as the desk takes it.
 *
 * @package Groundswell
 */

defined( 'ABSPATH' ) || exit;

/**
 * Returns the article that a post is.
 *
 * @param WP_Post $post The post.
 * @return array Fields of PUT /v1/article, without `site`, `id` and `aliases`.
 */
function groundswell_article( $post ) {
	$categories = groundswell_terms( $post, 'category' );
	$article    = array(
		'url'          => get_permalink( $post ),
		'title'        => groundswell_text( get_the_title( $post ), 300 ),
		'summary'      => groundswell_summary( $post ),
		'published_at' => get_post_datetime( $post )->setTimezone( new DateTimeZone( 'UTC' ) )->format( 'Y-m-d\TH:i:s\Z' ),
		'section'      => $categories ? $categories[0] : null,
		'tags'         => array_slice( array_unique( array_merge( $categories, groundswell_terms( $post, 'post_tag' ) ) ), 0, 50 ),
		'authors'      => array_values( array_filter( array( groundswell_text( get_the_author_meta( 'display_name', $post->post_author ), 100 ) ) ) ),
	);
	$sizes      = array(
		'image_url'     => 'large',
		'thumbnail_url' => 'medium',
	);
	foreach ( $sizes as $field => $size ) {
		$url = get_the_post_thumbnail_url( $post, $size );
		if ( $url ) {
			$article[ $field ] = $url;
		}
	}
	if ( '' === $article['title'] ) {
		$article['title'] = __( 'Untitled', 'groundswell' );
	}
	/**
	 * Filters what the desk is told of a post.
	 *
	 * @param array   $article Fields of PUT /v1/article.
	 * @param WP_Post $post    The post.
	 */
	return array_filter( (array) apply_filters( 'groundswell_article', $article, $post ), 'groundswell_is_said' );
}

/**
 * Returns whether a field says anything.
 *
 * @param mixed $value Its value.
 * @return bool
 */
function groundswell_is_said( $value ) {
	return null !== $value && '' !== $value;
}

/**
 * Returns the summary of a post, nothing for one behind a password.
 *
 * @param WP_Post $post The post.
 * @return string
 */
function groundswell_summary( $post ) {
	if ( '' !== $post->post_password ) {
		return '';
	}
	$text = '' !== $post->post_excerpt ? $post->post_excerpt : strip_shortcodes( excerpt_remove_blocks( $post->post_content ) );
	return groundswell_text( $text, 300 );
}

/**
 * Returns the names of a post's terms; the category of posts that nobody gave one is none.
 *
 * @param WP_Post $post     The post.
 * @param string  $taxonomy Which terms.
 * @return string[]
 */
function groundswell_terms( $post, $taxonomy ) {
	$names = array();
	$terms = get_the_terms( $post, $taxonomy );
	foreach ( is_array( $terms ) ? $terms : array() as $term ) {
		if ( 'uncategorized' !== $term->slug ) {
			$names[] = groundswell_text( $term->name, 100 );
		}
	}
	return $names;
}

/**
 * Returns HTML as one line of plain text.
 *
 * @param string $html    What was written.
 * @param int    $longest Characters it may have.
 * @return string
 */
function groundswell_text( $html, $longest ) {
	// A blank where a line ends, so that the words on both sides of it do not grow together.
	$text = wp_strip_all_tags( preg_replace( '#</(?:p|div|li|h[1-6]|td|blockquote|figure)>|<br[^>]*>#i', ' $0', (string) $html ) );
	$text = html_entity_decode( $text, ENT_QUOTES | ENT_HTML5, 'UTF-8' );
	$text = preg_replace( '/[\x00-\x1F\x7F\x{80}-\x{9F}]+/u', ' ', wp_check_invalid_utf8( $text, true ) );
	$text = trim( preg_replace( '/\s+/u', ' ', (string) $text ) );
	return mb_strlen( $text ) <= $longest ? $text : rtrim( mb_substr( $text, 0, $longest - 1 ) ) . '…';
}
