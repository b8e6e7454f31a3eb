<?php
/**
 * What the desk is still to be told: kept in one option, sent by wp-cron, so that no editor ever waits for it.
 *
 * An entry is `action` (put or remove), `aliases`, `stamp` of its last change, `tries`, `after` in Unix
 * seconds, and `error`. Under the number of its post there is only the newest.
 *
 * @package Groundswell
 */

defined( 'ABSPATH' ) || exit;

const GROUNDSWELL_QUEUE = 'groundswell_queue';
const GROUNDSWELL_SEND  = 'groundswell_send';

add_action( GROUNDSWELL_SEND, 'groundswell_send' );

/**
 * Returns the queue as it is now in the database.
 *
 * @return array[] Entries by number of post.
 */
function groundswell_queue() {
	// Another request may have added to it since this one read it.
	wp_cache_delete( GROUNDSWELL_QUEUE, 'options' );
	return (array) get_option( GROUNDSWELL_QUEUE, array() );
}

/**
 * Has the desk told of a post, soon.
 *
 * @param int      $post_id Its number.
 * @param string   $action  put or remove.
 * @param string[] $aliases Paths it was at before.
 */
function groundswell_enqueue( $post_id, $action, $aliases = array() ) {
	if ( ! groundswell_setting( 'desk' ) || ! groundswell_setting( 'site' ) ) {
		return;
	}
	$queue             = groundswell_queue();
	$before            = isset( $queue[ $post_id ]['aliases'] ) ? $queue[ $post_id ]['aliases'] : array();
	$queue[ $post_id ] = array(
		'action'  => $action,
		'aliases' => array_values( array_unique( array_merge( $before, $aliases ) ) ),
		'stamp'   => uniqid( '', true ),
		'tries'   => 0,
		'after'   => 0,
		'error'   => '',
	);
	update_option( GROUNDSWELL_QUEUE, $queue, false );
	groundswell_schedule( time() );
	if ( ! wp_doing_cron() && ! has_action( 'shutdown', 'groundswell_wake' ) ) {
		add_action( 'shutdown', 'groundswell_wake' );
	}
}

/**
 * Has wp-cron run now: it asks itself and waits for no answer.
 */
function groundswell_wake() {
	if ( ! defined( 'DISABLE_WP_CRON' ) || ! DISABLE_WP_CRON ) {
		spawn_cron();
	}
}

/**
 * Has the queue sent at a time, or earlier if it is to be already.
 *
 * @param int $at Unix seconds.
 */
function groundswell_schedule( $at ) {
	$next = wp_next_scheduled( GROUNDSWELL_SEND );
	if ( $next && $next > $at ) {
		wp_unschedule_event( $next, GROUNDSWELL_SEND );
	}
	if ( ! $next || $next > $at ) {
		wp_schedule_single_event( $at, GROUNDSWELL_SEND );
	}
}

/**
 * Sends what is due, for at most twenty seconds, and sees that the rest is sent later.
 */
function groundswell_send() {
	$began = time();
	foreach ( groundswell_queue() as $post_id => $entry ) {
		if ( $entry['after'] > time() ) {
			continue;
		}
		if ( time() - $began > 20 ) {
			break;
		}
		groundswell_note( $post_id, $entry, groundswell_send_one( $post_id, $entry ) );
	}
	$queue = groundswell_queue();
	if ( $queue ) {
		groundswell_schedule( max( time() + 1, min( array_column( $queue, 'after' ) ) ) );
	}
}

/**
 * Sends one entry.
 *
 * @param int   $post_id Number of the post.
 * @param array $entry   The entry.
 * @return string What went wrong.
 */
function groundswell_send_one( $post_id, $entry ) {
	$post = get_post( $post_id );
	// What it is now counts, not what it was when it was put in.
	if ( 'put' === $entry['action'] && $post && 'publish' === $post->post_status ) {
		return groundswell_desk_put( $post, $entry['aliases'] );
	}
	return groundswell_desk_remove( $post_id );
}

/**
 * Takes an entry that was sent out of the queue, or puts it off.
 *
 * @param int    $post_id Number of the post.
 * @param array  $entry   The entry as it was sent.
 * @param string $error   What went wrong.
 */
function groundswell_note( $post_id, $entry, $error ) {
	$queue = groundswell_queue();
	if ( ! isset( $queue[ $post_id ] ) || $queue[ $post_id ]['stamp'] !== $entry['stamp'] ) {
		return; // It was changed while it was sent, and is sent again.
	}
	++$entry['tries'];
	// Doubled from half a minute up to an hour, for about three days.
	if ( '' === $error || $entry['tries'] > 75 ) {
		unset( $queue[ $post_id ] );
	} else {
		$entry['after']    = time() + min( HOUR_IN_SECONDS, 15 * 2 ** min( $entry['tries'], 10 ) );
		$entry['error']    = $error;
		$queue[ $post_id ] = $entry;
	}
	update_option( GROUNDSWELL_QUEUE, $queue, false );
}
