<?php
/**
 * The page under Settings.
 *
 * @package Groundswell
 */

defined( 'ABSPATH' ) || exit;

add_action( 'admin_menu', 'groundswell_add_page' );
add_action( 'admin_init', 'groundswell_register_settings' );
add_action( 'admin_post_groundswell_retry', 'groundswell_retry' );

/**
 * Returns the settings: name, label, kind of input and what is said of it.
 *
 * @return array[]
 */
function groundswell_fields() {
	return array(
		'service'      => array( __( 'Service address', 'groundswell' ), 'url', __( 'Where readers reach Groundswell, such as https://stats.news.example', 'groundswell' ) ),
		'site'         => array( __( 'Site', 'groundswell' ), 'text', __( 'The name of this site in Groundswell, such as news.example', 'groundswell' ) ),
		'token_secret' => array( __( 'Token secret', 'groundswell' ), 'password', __( 'The token_secret of the site; without one no token is printed.', 'groundswell' ) ),
		'desk'         => array( __( 'Desk address', 'groundswell' ), 'url', __( 'Where this server reaches the desk; without it the desk is told nothing, and should follow the feed.', 'groundswell' ) ),
		'desk_key'     => array( __( 'Desk key', 'groundswell' ), 'password', __( 'GROUNDSWELL_DESK_KEY, or desk_key in keys.toml', 'groundswell' ) ),
	);
}

/**
 * Adds the page.
 */
function groundswell_add_page() {
	add_options_page( 'Groundswell', 'Groundswell', 'manage_options', 'groundswell', 'groundswell_print_page' );
}

/**
 * Registers the settings; WordPress checks nonce and capability before they are saved.
 */
function groundswell_register_settings() {
	register_setting(
		'groundswell',
		'groundswell_settings',
		array(
			'type'              => 'array',
			'sanitize_callback' => 'groundswell_sanitize',
			'show_in_rest'      => false,
			'default'           => array(),
		)
	);
}

/**
 * Returns what was sent as it may be saved; of what is wrong the old value.
 *
 * @param mixed $given What was sent.
 * @return string[]
 */
function groundswell_sanitize( $given ) {
	$old   = (array) get_option( 'groundswell_settings', array() );
	$given = is_array( $given ) ? $given : array();
	$clean = array();
	foreach ( groundswell_fields() as $name => list( $label, $kind ) ) {
		$value = isset( $given[ $name ] ) && is_string( $given[ $name ] ) ? trim( $given[ $name ] ) : '';
		$kept  = isset( $old[ $name ] ) ? (string) $old[ $name ] : '';
		if ( 'password' === $kind ) {
			// The form never carries a secret, so an empty one was left as it is.
			$remove         = ! empty( $given[ $name . '_remove' ] );
			$clean[ $name ] = $remove ? '' : ( '' === $value ? $kept : $value );
			continue;
		}
		$value = untrailingslashit( 'url' === $kind ? esc_url_raw( $value, array( 'http', 'https' ) ) : $value );
		$wrong = 'site' === $name && '' !== $value && ! preg_match( '/^[a-z0-9.-]{1,64}$/D', $value );
		$wrong = $wrong || ( '' === $value && ! empty( $given[ $name ] ) );
		if ( $wrong ) {
			/* translators: %s: name of a setting. */
			add_settings_error( 'groundswell', $name, sprintf( __( '%s: this cannot be used, so the old value stays.', 'groundswell' ), $label ) );
		}
		$clean[ $name ] = $wrong ? $kept : $value;
	}
	return $clean;
}

/**
 * Sends everything that waits at once, and leads back.
 */
function groundswell_retry() {
	if ( ! current_user_can( 'manage_options' ) ) {
		wp_die( esc_html__( 'You may not do this.', 'groundswell' ), 403 );
	}
	check_admin_referer( 'groundswell_retry' );
	$queue = groundswell_queue();
	foreach ( $queue as $post_id => $entry ) {
		$queue[ $post_id ]['after'] = 0;
	}
	update_option( GROUNDSWELL_QUEUE, $queue, false );
	groundswell_send();
	wp_safe_redirect( admin_url( 'options-general.php?page=groundswell' ) );
	exit;
}

/**
 * Prints the page.
 */
function groundswell_print_page() {
	if ( ! current_user_can( 'manage_options' ) ) {
		return;
	}
	?>
	<div class="wrap">
		<h1>Groundswell</h1>
		<form method="post" action="options.php">
			<?php settings_fields( 'groundswell' ); ?>
			<table class="form-table" role="presentation">
				<?php
				foreach ( groundswell_fields() as $name => $field ) {
					groundswell_print_field( $name, $field );
				}
				?>
			</table>
			<?php submit_button(); ?>
		</form>
		<?php groundswell_print_queue(); ?>
	</div>
	<?php
}

/**
 * Prints the row of one setting.
 *
 * @param string   $name  The setting.
 * @param string[] $field Its label, kind and description.
 */
function groundswell_print_field( $name, $field ) {
	list( $label, $kind, $said ) = $field;

	$id     = 'groundswell-' . $name;
	$fixed  = defined( 'GROUNDSWELL_' . strtoupper( $name ) );
	$secret = 'password' === $kind;
	$value  = groundswell_setting( $name );
	if ( $fixed ) {
		$said = __( 'It is set in wp-config.php.', 'groundswell' );
	} elseif ( $secret && '' !== $value ) {
		$said .= ' ' . __( 'One is saved; leave this empty to keep it.', 'groundswell' );
	}
	?>
	<tr>
		<th scope="row"><label for="<?php echo esc_attr( $id ); ?>"><?php echo esc_html( $label ); ?></label></th>
		<td>
			<input class="regular-text" type="<?php echo esc_attr( $kind ); ?>" id="<?php echo esc_attr( $id ); ?>"
				name="groundswell_settings[<?php echo esc_attr( $name ); ?>]" autocomplete="off"
				aria-describedby="<?php echo esc_attr( $id ); ?>-said"
				value="<?php echo esc_attr( $secret ? '' : $value ); ?>" <?php disabled( $fixed ); ?>>
			<?php if ( $secret && ! $fixed && '' !== $value ) : ?>
				<label><input type="checkbox" name="groundswell_settings[<?php echo esc_attr( $name ); ?>_remove]" value="1">
					<?php esc_html_e( 'Remove it', 'groundswell' ); ?></label>
			<?php endif; ?>
			<p class="description" id="<?php echo esc_attr( $id ); ?>-said"><?php echo esc_html( $said ); ?></p>
		</td>
	</tr>
	<?php
}

/**
 * Prints what the desk is still to be told, and what went wrong with it.
 */
function groundswell_print_queue() {
	$queue = groundswell_queue();
	echo '<h2>' . esc_html__( 'What the desk is still to be told', 'groundswell' ) . '</h2>';
	if ( ! $queue ) {
		echo '<p>' . esc_html__( 'Nothing: it knows all that was published.', 'groundswell' ) . '</p>';
		return;
	}
	?>
	<table class="widefat striped">
		<thead><tr>
			<th scope="col"><?php esc_html_e( 'Post', 'groundswell' ); ?></th>
			<th scope="col"><?php esc_html_e( 'Tries', 'groundswell' ); ?></th>
			<th scope="col"><?php esc_html_e( 'What went wrong', 'groundswell' ); ?></th>
		</tr></thead>
		<tbody>
		<?php foreach ( array_slice( $queue, 0, 50, true ) as $post_id => $entry ) : ?>
			<tr>
				<td><?php echo esc_html( $post_id . ' ' . get_the_title( $post_id ) ); ?></td>
				<td><?php echo esc_html( (string) $entry['tries'] ); ?></td>
				<td><?php echo esc_html( $entry['error'] ); ?></td>
			</tr>
		<?php endforeach; ?>
		</tbody>
	</table>
	<form method="post" action="<?php echo esc_url( admin_url( 'admin-post.php' ) ); ?>">
		<input type="hidden" name="action" value="groundswell_retry">
		<?php
		wp_nonce_field( 'groundswell_retry' );
		submit_button( __( 'Tell it now', 'groundswell' ), 'secondary' );
		?>
	</form>
	<?php
}
