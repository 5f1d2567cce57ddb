// The one screen of the app on Android: a web view that fills it. wry draws it and starts the Rust side; this class is
// what Android asks of a screen besides.
//
// The Rust side starts once in a process and never again: `main` would run a second time over what the first left. So
// there is one activity in a process: it is never made again (configChanges and launchMode in the manifest), Back only
// puts it away, and when the system does end it, the process ends too.
package dev.dioxus.main

import android.content.Intent
import android.content.res.Configuration
import android.os.Bundle
import android.os.Process
import android.webkit.WebView
import androidx.activity.OnBackPressedCallback
import androidx.core.view.ViewCompat
import androidx.core.view.WindowCompat
import androidx.core.view.WindowInsetsCompat
import app.onhand.R

// wry's classes stand in this package and name it without saying from where.
typealias BuildConfig = app.onhand.BuildConfig

class MainActivity : WryActivity() {
    override fun onCreate(savedInstanceState: Bundle?) {
        // From the list of recent apps Android starts us with the intent of days ago, whose file we may read no more.
        if (intent.flags and Intent.FLAG_ACTIVITY_LAUNCHED_FROM_HISTORY != 0) {
            intent = Intent(Intent.ACTION_MAIN)
        }
        super.onCreate(savedInstanceState)
        // The page goes back through its own history first (WryActivity.onKeyDown); this is Back on its first screen.
        onBackPressedDispatcher.addCallback(this, object : OnBackPressedCallback(true) {
            override fun handleOnBackPressed() {
                moveTaskToBack(true)
            }
        })
        keepClearOfBars()
        followTheme()
    }

    // A file that was opened or shared while the app was there already: the Rust side asks getIntent when it resumes.
    override fun onNewIntent(intent: Intent) {
        super.onNewIntent(intent)
        setIntent(intent)
    }

    override fun onConfigurationChanged(newConfig: Configuration) {
        super.onConfigurationChanged(newConfig)
        followTheme()
    }

    override fun onDestroy() {
        super.onDestroy()
        Process.killProcess(Process.myPid())
    }

    // No white flash before the page has drawn itself.
    override fun onWebViewCreate(webView: WebView) {
        webView.setBackgroundColor(getColor(R.color.onhand_ground))
    }

    // The window reaches behind the system's bars, as Android 15 wants it; the page does not. It asks for
    // env(safe-area-inset-*) too, but only web views from version 136 on answer that with more than the camera's notch,
    // so what is in the way is kept free here for all of them, and the page is told of nothing. The keyboard counts too.
    private fun keepClearOfBars() {
        WindowCompat.setDecorFitsSystemWindows(window, false)
        ViewCompat.setOnApplyWindowInsetsListener(findViewById(android.R.id.content)) { content, insets ->
            val taken = insets.getInsets(
                WindowInsetsCompat.Type.systemBars() or
                    WindowInsetsCompat.Type.displayCutout() or
                    WindowInsetsCompat.Type.ime(),
            )
            content.setPadding(taken.left, taken.top, taken.right, taken.bottom)
            WindowInsetsCompat.CONSUMED
        }
    }

    // What shows around the page is in the page's colour, and the system's signs on it can be read.
    private fun followTheme() {
        val light = resources.getBoolean(R.bool.onhand_light)
        window.setBackgroundDrawableResource(R.color.onhand_ground)
        WindowCompat.getInsetsController(window, window.decorView).apply {
            isAppearanceLightStatusBars = light
            isAppearanceLightNavigationBars = light
        }
    }
}
