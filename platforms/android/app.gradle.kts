
// From platforms/android/app.gradle.kts: scripts/build-android.sh appends it to the Gradle file that dx writes anew with
// each build, whose own words are few: a version code of 1, and a key whose password stands in Dioxus.toml.

android {
    defaultConfig {
        versionCode = System.getenv("VERSION_CODE")?.toInt() ?: 1
        ndk { abiFilters.add("arm64-v8a") }
    }
    androidResources {
        // Weights do not compress, and what lies uncompressed is read from where it is.
        noCompress.add("safetensors")
    }
    packaging {
        jniLibs.useLegacyPackaging = true
    }
    bundle {
        // The app changes its language itself: a phone needs all of them.
        language { enableSplit = false }
    }
    // Never committed: scripts/build-android.sh checks that all four are there, or none.
    System.getenv("ANDROID_KEYSTORE")?.takeIf { it.isNotEmpty() }?.let { keystore ->
        val upload = signingConfigs.create("upload") {
            storeFile = file(keystore)
            storePassword = System.getenv("ANDROID_KEYSTORE_PASSWORD")
            keyAlias = System.getenv("ANDROID_KEY_ALIAS")
            keyPassword = System.getenv("ANDROID_KEY_PASSWORD")
        }
        buildTypes.getByName("release").signingConfig = upload
    }
}
