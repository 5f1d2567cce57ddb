# Between a number and its unit stands a no-break space (U+00A0).

# Everywhere
tabs-name = Screens
back-to = Back to { $screen }
cancel = Cancel
try-again = Try again
understood = OK
exact-words = Technical details
no-file-dialog = This system has no window to pick files in. Install zenity or xdg-desktop-portal, then try again.
to-models = Go to Models
paused-hot = Paused: the device is hot
paused-critical = Too hot: it goes on when the device has cooled
paused-battery = Paused: the battery is almost empty
paused-hidden = Paused
percent = { $n }%
size-kb = { $n } kB
size-mb = { $n } MB
size-gb = { $n } GB
rate = { $size }/s
done-of = { $done } of { $total }
time-ms = { $n } ms
time-s = { $n } s
left-seconds =
    { $n ->
        [one] { $n } second left
       *[other] { $n } seconds left
    }
left-minutes =
    { $n ->
        [one] { $n } minute left
       *[other] { $n } minutes left
    }
left-hours =
    { $n ->
        [one] { $n } hour left
       *[other] { $n } hours left
    }

# The screens
camera-title = Camera
microphone-title = Microphone
text-title = Text
more-title = More
models-title = Models
benchmark-title = Benchmark
settings-title = Settings

# More
more-models =
    { $n ->
        [0] None installed
        [one] { $n } installed
       *[other] { $n } installed
    }
more-models-busy = installing
more-language-system = System language

# Camera
camera-stage = What the camera sees
camera-result = What it is
camera-opening = Opening the camera …
camera-loading = Loading the model …
camera-waiting = The answer appears here.
camera-unsure = Nothing that I know for sure.
camera-no-model = There is no model for pictures on this device yet. Install one, and come back: nothing else is needed.
camera-model-failed = The model cannot be used. Verify it on the Models screen, or choose another.
camera-no-bridge = The camera cannot be shown here. Close other programs and start Onhand again.
camera-no-device = This device has no camera. Connect one.
to-system-settings = System settings
to-system-settings-failed = The system’s settings can’t be opened from here. Open them yourself and look for Onhand.
camera-denied = Onhand isn’t allowed to use the camera. Try again and allow it.
camera-denied-for-good = The camera is switched off for Onhand. Allow it in the system’s settings, then try again.
camera-busy = Another program is using the camera. Close it, then try again.
camera-unplugged = The camera was disconnected. Connect it again, and it goes on by itself.
camera-unreadable = There is no picture in what stands for the camera. Put one there: it shows by itself.
camera-failed = The camera does not answer. Try again.
camera-pace-waiting = Getting ready
camera-pace-still = Still scene
camera-pace-rate = { $n } per second
camera-pace-every = every { $n } seconds
camera-pace-latency = { $ms } ms
camera-pace-age =
    { $n ->
        [one] last answer { $n } second ago
       *[other] last answer { $n } seconds ago
    }
camera-pace-duty = Slow model: { $rate }
camera-pace-warm = Warm: { $rate }
camera-pace-hot = Hot: { $rate }
camera-pace-heat-unknown = Heat unknown: { $rate }
camera-pace-low-battery = Saving battery: { $rate }
camera-pace-low-power-mode = Power saving: { $rate }
camera-pace-battery-unknown = Battery unknown: { $rate }
camera-counts = { $runs } answers so far; { $still } pictures skipped because nothing had moved.
camera-label-said = { $name }, { $percent } percent
camera-copy = { $label }. Copy
camera-copied = Copied: { $text }
camera-cannot-copy = That could not be copied here.
camera-bad-picture = { $name } is not a picture that can be read. Pick another one.
camera-freeze = Freeze
camera-live = Resume
camera-ask = Look now
camera-pick = Photos
camera-flip = Flip
camera-share = Share
camera-choices = Answer settings
camera-count = Number of answers
camera-least = Least confidence

# Microphone
mic-page = What was said
mic-dock = Speak
mic-start = Tap to speak
mic-opening = Opening the microphone …
mic-stop = Tap to stop
mic-writing = Writing it down …
mic-listening = Listening …
mic-finishing = Writing down the rest …
mic-reading = Writing down { $name }
mic-level = How loud it is
mic-elapsed = Listening for
mic-hint = Tap the button and speak: the words appear while you speak. What you say stays on this device.
mic-loading = Loading the model …
mic-no-model = There is no model for speech on this device yet. Install one, and come back: nothing else is needed.
mic-model-failed = The model cannot be used. Verify it on the Models screen, or choose another.
mic-pick = Audio file
mic-language = Spoken language
mic-language-auto = Automatic
mic-translate = Translate into English
mic-english-only = This model understands English only. For other languages, choose another model.
mic-no-device = This device has no microphone. Connect one: it goes on by itself. Or cancel, and pick an audio file.
mic-denied = Onhand isn’t allowed to use the microphone. Try again and allow it, or cancel and pick an audio file.
mic-denied-for-good = The microphone is switched off for Onhand. Allow it in the system’s settings, then try again.
mic-busy = Another program is using the microphone. Close it: it goes on by itself.
mic-unplugged = The microphone was disconnected. Connect it again, and it goes on by itself.
mic-unreadable = The microphone gives no sound that can be read. Choose another in the system’s settings, then try again.
mic-kept = What was heard so far is kept.
mic-paused-hot = The device is hot, so the words have to wait. Everything you say is kept; the words come when it has cooled, or when you stop.
mic-paused-critical = The device is too hot. What you said is kept; the words come when it has cooled.
mic-paused-battery = The battery is almost empty, so the words have to wait. Everything you say is kept; the words come when you stop.
mic-file-warm = The device is warm: there is a rest now and then.
mic-file-hot = The device is hot: it goes on when it has cooled.
mic-done = Everything is written down.
mic-cancelled = Cancelled.
mic-nothing = I did not hear anyone speak. Come a little closer and try again.
mic-nothing-in-file = I did not hear anyone speak in { $name }. Try another recording.
mic-bad-file = { $name } is not a sound that can be read. Pick another: WAV, FLAC, MP3 or OGG.
mic-bad-file-said = That is not a sound that can be read.
mic-failed = That did not work. Try again; if it fails again, verify the model on the Models screen.
mic-failed-kept = That did not work to the end. What was written down before is kept. If it fails again, verify the model on the Models screen.
mic-result = What was heard
mic-torn = The recording is damaged. What could be read of it is written down.
mic-seconds =
    { $n ->
        [one] { $n } second
       *[other] { $n } seconds
    }
mic-minutes = { $clock } minutes
mic-translated-from = from { $language }
mic-speed =
    { $n ->
        [1] as fast as speech
       *[other] { $n } times as fast as speech
    }
mic-copy = Copy
mic-copied = Copied.
mic-cannot-copy = That could not be copied here.
mic-share = Share
mic-close = Close
mic-save = Save as a file
mic-save-help = Subtitles also hold when each sentence was said.
mic-save-text = Text
mic-save-srt = Subtitles (SRT)
mic-save-vtt = Subtitles (VTT)
mic-saved = Saved: { $path }
mic-not-saved = That could not be saved. Make room or choose another folder for downloads, then try again.
mic-no-folder = This system has no folder for downloads. Share or copy the text instead.
mic-earlier = Earlier
mic-just-now = just now
mic-minutes-ago =
    { $n ->
        [one] { $n } minute ago
       *[other] { $n } minutes ago
    }
mic-hours-ago =
    { $n ->
        [one] { $n } hour ago
       *[other] { $n } hours ago
    }
mic-days-ago =
    { $n ->
        [one] { $n } day ago
       *[other] { $n } days ago
    }
mic-delete = Delete
mic-keep = Keep
mic-delete-one = Delete: { $text }
mic-delete-sure = Delete this? It cannot be brought back.
mic-delete-all = Delete all
mic-delete-all-sure =
    { $n ->
        [one] Delete the one recording that is written down here? It cannot be brought back.
       *[other] Delete all { $n }? They cannot be brought back.
    }
mic-history-damaged = The list of earlier recordings was damaged. It was put aside, and what could be read is here.
mic-history-unreadable = The list of earlier recordings cannot be read. New ones are gone when Onhand is closed.
mic-history-not-saved = The list of earlier recordings could not be saved. Make room, or new ones are gone when Onhand is closed.

# Text
text-input = What is the mood of this text?
text-hint = Type or paste a sentence in English
text-clear = Clear
text-private = Nothing you type leaves this device.
text-answer = Answer
text-loading = Loading the model …
text-waiting = The answer appears here as soon as you pause.
text-judging = Reading …
text-ask = Judge it now
text-no-model = There is no model for texts on this device yet. Install one, and come back: nothing else is needed.
text-failed = That did not work. Try again; if it fails again, verify the model on the Models screen.
text-positive = Positive
text-negative = Negative
text-said = { $side }, { $percent } percent
text-unknown-language = The model reads English. It does not know this language, so its answer would mean nothing.
text-too-long = This text has { $chars } characters. Its first { $judged } were judged.
text-windows =
    { $n ->
        [one] A long text: judged in one part.
       *[other] A long text: the average of { $n } overlapping parts.
    }
text-why = Effect of each word
text-toward-positive = towards positive
text-toward-negative = towards negative
text-examples = Examples
text-example-1 = What a lovely evening: nobody wanted to leave.
text-example-2 = Two hours of noise, and not one good scene.

# Models
models-looking = Looking …
models-free = { $size } free
models-for-camera = Names what the camera sees.
models-for-microphone = Writes down what is said.
models-for-text = Tells the mood of a text.
models-in-progress = In progress
models-other = Of another kind
models-to-fetch = { $size } download
models-on-disk = { $size } used
models-used-by = In use: { $screen }
models-compare = Compare models side by side
models-install = Install
models-pause = Pause
models-resume = Resume
models-discard = Discard
models-use = Use
models-verify = Verify
models-delete = Delete
models-keep = Keep
models-fetch-again = Install again
models-delete-in-use = { $screen } uses it. Another model takes its place if there is one.
models-delete-sure = Delete { $model }? That frees { $size }. You can install it again later.
models-queued = Waits for its turn.
models-paused = Paused.
models-here = { $size } downloaded so far is kept.
models-verifying = Verifying every file …
models-removing = Deleting …
models-failed = Not installed.
models-not-removed = Not deleted.
models-damaged = This model cannot be used: a file is missing or damaged.
models-good = Verified: every file is as it was installed.
models-unrecorded = Verified: the model is complete. Not every file came with a fingerprint to compare.
models-bad = This model has changed since it was installed. Delete it and install it again.
models-replaced = { $wanted } cannot be reached from here. { $comes } is downloaded instead.
models-details = Details
models-from-app = Came with the app
models-from-hub = From the hub: { $what }
models-from-packages = From Python packages: { $what }
models-from-directory = From a folder: { $what }
models-from-unknown = Put there by hand
models-offered-hub = On the hub: { $what } ({ $size })
models-offered-packages = As Python packages: { $what } ({ $size })
models-said-installed = { $model } is installed.
models-said-removed = { $model } is deleted.
models-said-failed = { $model }: that did not work.
models-said-good = { $model } is verified and good.
models-said-bad = { $model } is verified and damaged.
models-said-replaced = { $model } cannot be reached; another model is downloaded instead.
phase-starting = Starting
phase-waiting = Another program is downloading it
phase-downloading = Downloading
phase-checking = Verifying
phase-unpacking = Unpacking
phase-converting = Preparing
phase-verifying = Verifying
phase-installing = Installing

# Models side by side
side-title = Side by side
side-intro = Each model answers the same input, one after another, on this device.
side-no-models = There is no model on this device yet. Install one, and come back.
side-purpose = What the models are for
side-pick-picture = Choose a picture
side-other-picture = Another picture
side-sample-picture = Sample picture
side-pick-clip = Choose a recording
side-other-clip = Another recording
side-sample-clip = Sample recording
side-text = A sentence in English
side-compare = Compare
side-answers = Answers
side-starting = Opening …
side-turn = Model { $n } of { $of }
side-working = { $model } answers
side-waiting = Waits for its turn.
side-cancelled = Cancelled.
side-failed = This model gave no answer. Verify it on the Models screen.
side-unusable = Nothing can be compared on this. Choose something else.
side-unreadable = { $name } can't be read. Choose another file.
side-cut = Its first { $n } seconds are compared.
side-in-use = In use
side-first = The others are compared with this answer.
side-size = Size
side-no-file = from the { $variant } file
side-time = Time
side-nobody-spoke = Nobody is heard speaking.
side-same-label = Same answer · { $shared } of { $of } labels shared
side-other-label = Another answer · { $shared } of { $of } labels shared
side-same-mood =
    { $points ->
        [0] Same answer
        [one] Same answer · 1 point apart
       *[other] Same answer · { $points } points apart
    }
side-other-mood =
    { $points ->
        [one] Another answer · 1 point apart
       *[other] Another answer · { $points } points apart
    }
side-same-words = Same words
side-other-words =
    { $n ->
        [one] 1 of { $of } words differs
       *[other] { $n } of { $of } words differ
    }
side-said =
    { $n ->
        [0] No model has answered.
        [one] One model has answered.
       *[other] { $n } models have answered.
    }
side-said-same = { $n } models have answered; { $same } of { $of } give the same answer as the first.

# First start
starter-title = Install models
starter-why = Onhand sees, hears and reads with models on this device. They are downloaded once; then no network is needed, and nothing you show, say or write leaves the device.
starter-most = Up to { $size } if only other sources can be reached.
starter-no-room = Only { $size } is free. Choose fewer models or make room.
starter-nothing-yet = Nothing is downloaded until you tap Install.
starter-install =
    { $n ->
        [one] Install { $n } model ({ $size })
       *[other] Install { $n } models ({ $size })
    }

# What can go wrong with a model
trouble-network = The source cannot be reached. Check the network and try again; what is here is kept.
trouble-offline = Downloads are switched off (HF_HUB_OFFLINE). Unset it, start Onhand again, and try again.
trouble-disk-full = There is not enough room. Make room and try again; what is here is kept.
trouble-refused = The source refuses it: its publisher may ask for an account. Choose another model.
trouble-busy = The source is busy. Try again in a few minutes; what is here is kept.
trouble-answer = The source gave a wrong answer. Check the network, then try again.
trouble-content = What came is not what was expected, and was not kept. Try again.
trouble-pip = Python packages cannot be downloaded here. Check the network and try again.
trouble-in-the-way = Another file is in its place. Move it away and try again.
trouble-setting = This system's settings name no good place or source for models.
trouble-disk = The disk cannot be read or written. Check that the folder is yours to change.
trouble-other = Try again.

# Settings
settings-look = Language and appearance
settings-language = Language
settings-as-system = System
settings-theme = Theme
settings-theme-light = Light
settings-theme-dark = Dark
settings-pace = Pace
settings-interval = Minimum time between answers
settings-interval-value = { $ms } ms
settings-interval-help = Shorter is livelier, longer saves battery.
settings-protection = Battery and heat protection
settings-protection-light = Mild
settings-protection-balanced = Balanced
settings-protection-strong = Strong
settings-protection-help = Onhand slows down when the device is warm or the battery is low. Choose how early.
settings-models = Models in use
settings-automatic = Automatic ({ $model })
settings-no-model = None installed
settings-compute = Performance
settings-unit = Runs on
settings-unit-help = Texts and speech run on it. Pictures always run on the processor, and the threads are the processor’s.
settings-threads = Threads
settings-threads-automatic = Automatic ({ $n })
settings-threads-restart =
    { $n ->
        [one] Applies when Onhand is started again; until then { $n } thread is used.
       *[other] Applies when Onhand is started again; until then { $n } threads are used.
    }
settings-damaged = The settings file was damaged and was put aside. What could be read of it is kept; the rest is back to its defaults.
settings-unreadable = The settings file cannot be read. Everything is as at the first start.
settings-not-saved = Your change is in force, but could not be saved: it will be gone when Onhand is closed.

# What computes, and why it is not what was chosen
unit-cpu = Processor (CPU)
unit-accelerate = Accelerate
unit-metal = GPU (Metal)
unit-unknown = The settings name “{ $name }” to run on. This version of Onhand doesn’t know it, so the processor is used.
unit-other-system = { $unit } was chosen. Only Apple’s devices have it, so the processor is used.
unit-not-built-in = { $unit } was chosen. This version of Onhand was made without it, so the processor is used.
unit-old-system = { $unit } was chosen. It needs iOS 18 or macOS 15, so the processor is used.
unit-no-device = { $unit } was chosen. This device has none, so the processor is used.
unit-pictures = Pictures always run on the processor.
unit-refused = { $unit } was chosen. It cannot run this model: { $model }. The processor is used.

# About
about = About
about-version = Onhand { $version }
about-private = Everything happens on this device. Onhand goes online only to download a model that you asked for.
about-licence = Licence: { $licence }
about-models = Models and their licences
about-crates = Open-source software in Onhand

# Benchmark
benchmark-line = How fast models are on this device
benchmark-models = Models to measure
benchmark-no-models = There is no model on this device yet. Install one, and come back.
benchmark-length = Duration
benchmark-quick = Quick
benchmark-minutes = { $n } min
benchmark-quick-help = Each model runs for 5 to 20 seconds, one after the other.
benchmark-sustained-help = Each model runs without a pause, so that heat shows. The device gets warm.
benchmark-threads-fixed =
    { $n ->
        [one] { $n } thread, as the app was started. Settings changes it for the next start.
       *[other] { $n } threads, as the app was started. Settings changes it for the next start.
    }
benchmark-unit-chosen = Texts and speech run on { $unit }, as set in Settings. Pictures run on the processor.
benchmark-start =
    { $n ->
        [0] Measure
        [one] Measure { $n } model
       *[other] Measure { $n } models
    }
benchmark-pick-one = Choose at least one model.
benchmark-tip = Close other apps and don’t use the device while measuring.
benchmark-starting = Starting …
benchmark-cancelled = Cancelled. What was not finished is not kept.
benchmark-resting = { $model } comes next
benchmark-rest-rest = The device rests between two measurements.
benchmark-rest-warm = The device is warmer than at the beginning. It rests until it has cooled.
benchmark-rest-blind = The device rests. Nothing tells how warm it is, so the time is fixed.
benchmark-at-most = { $left } at most
benchmark-skip = Measure now
benchmark-number = { $number } of { $count }
benchmark-loading = Loading the model …
benchmark-warming-up = Warming up …
benchmark-counting = Measuring …
benchmark-loading-again = Loading it again …
benchmark-runs =
    { $n ->
        [one] { $n } run
       *[other] { $n } runs
    }
benchmark-progress = Progress
benchmark-time-curve = Time of a run
benchmark-heat-curve = Heat
benchmark-curve-said = { $what }: { $least } to { $most }, { $last } at the end
benchmark-heat-limit = 100%: the system slows down hard
benchmark-heat-now = Heat: { $word }
benchmark-heat-unknown = unknown
benchmark-heat-cool = cool
benchmark-heat-warm = warm
benchmark-heat-hot = hot
benchmark-heat-very-hot = very hot
benchmark-results = Results
benchmark-finished = The benchmark is finished.
benchmark-failed = { $model } could not be measured.
benchmark-valid = Valid
benchmark-invalid = Not valid
benchmark-median = Median of a run
benchmark-p90 = 9 of 10 runs under (p90)
benchmark-p99 = 99 of 100 runs under (p99)
benchmark-too-few = too few runs
benchmark-not-told = not told here
benchmark-cpu = Processor time of a run
benchmark-first-load = First load
benchmark-later-load = Later loads
benchmark-memory = Most memory
benchmark-memory-app = Most memory (the whole app)
benchmark-counted = Counted
benchmark-heat-between = Heat, from start to end
benchmark-input-frame = One run is a picture of { $width } × { $height }, from pixels to labels.
benchmark-input-sound = One run is { $seconds } seconds of sound, encoder and decoder: the sample speech, then silence.
benchmark-input-text =
    { $n ->
        [one] One run is a text of { $n } token, from letters to the answer.
       *[other] One run is a text of { $n } tokens, from letters to the answer.
    }
benchmark-why-not = These figures cannot be relied on:
benchmark-problem-hot = The device was hot; the system may have slowed it.
benchmark-problem-low-power-mode = The system was saving energy. Switch that off, and measure again.
benchmark-problem-low-battery = The battery was down to { $n }%. Charge it, and measure again.
benchmark-problem-too-few-runs =
    { $n ->
        [one] There was only { $n } run.
       *[other] There were only { $n } runs.
    }
benchmark-problem-spread = Runs differed too much: by { $n }% of the mean.
benchmark-problem-slower = It became slower: by { $n }% from the first third to the last.
benchmark-problem-faster = It became faster: by { $n }% from the first third to the last.
benchmark-problem-busy = Other programs used { $n }% of the machine. Close them, and measure again.
benchmark-problem-starved = The model got only { $n }% of one processor; something else had the rest.
benchmark-caveat-heat-unknown = Nothing tells how hot the device was, so slowing by heat shows only in the times.
benchmark-caveat-on-battery = It ran on the battery; many devices are faster plugged in.
benchmark-caveat-rest-skipped = The rest before it was cut short.
benchmark-caveat-debug-build = This is a developers' build of Onhand; what is released may be faster.
benchmark-baseline = Baseline
benchmark-baseline-keep = Keep as baseline
benchmark-baseline-same = About as fast as the baseline ({ $time }).
benchmark-baseline-faster = { $n }% less time than the baseline ({ $time }).
benchmark-baseline-slower = { $n }% more time than the baseline ({ $time }).
benchmark-baseline-threads =
    { $n ->
        [one] The baseline had { $n } thread.
       *[other] The baseline had { $n } threads.
    }
benchmark-baseline-other = The baseline is of another device or build.
benchmark-baseline-doubtful = The baseline was not valid itself.
benchmark-baseline-kept = { $model }: kept as baseline. Later measurements are held against it.
benchmark-baseline-not-kept = The baseline is in force, but could not be saved: it will be gone when Onhand is closed.
benchmark-baseline-damaged = The file with the baselines was damaged. It was put aside; there are no baselines now.
benchmark-baseline-unreadable = The file with the baselines cannot be read. There are no baselines now.
benchmark-article = Against two phones
benchmark-article-this = This device
benchmark-article-iphone = iPhone 14 Pro
benchmark-article-pixel = Pixel 7
benchmark-article-network = { $network }, one run
benchmark-article-note = The phones' figures are those of the article that Onhand follows. We did not measure them.
benchmark-export = Keep the figures
benchmark-save-json = Save JSON
benchmark-save-csv = Save CSV
benchmark-copy = Copy
benchmark-share = Share
benchmark-saved = Saved:
benchmark-not-saved = Not saved. Make room or check the folder, and try again.
benchmark-no-folder = this system names no folder for downloads
benchmark-copied = Copied.
benchmark-not-copied = That could not be copied here. Save it as a file.
benchmark-share-line = { $model } ({ $variant }), threads: { $threads }: { $time } a run, { $valid }
benchmark-share-line-unit = { $model } ({ $variant }), { $unit }: { $time } a run, { $valid }
benchmark-share-device = Onhand { $version } on { $device }

# Diagnostics
diagnostics-title = Diagnostics
diagnostics-line = What this device tells engineers
diagnostics-what = What engineers need to know about this device, and everything that was measured on it. Export hands it over as one file.
diagnostics-private = The file holds what this screen shows. Nothing you wrote, said or showed is in it, and no names of files.
diagnostics-export = Export
diagnostics-saved = Saved:
diagnostics-not-saved = Not saved. Make room or check the folder, and try again.
diagnostics-no-folder = Not saved. This system names no folder for downloads.
diagnostics-unknown = unknown
diagnostics-device = Device
diagnostics-version = Onhand
diagnostics-name = Model
diagnostics-os = System
diagnostics-cpu = Processor
diagnostics-architecture = Architecture
diagnostics-cores = Cores
diagnostics-isa = Instructions in use
diagnostics-isas = Instructions available
diagnostics-heat = Heat and battery
diagnostics-heat-now = Heat
diagnostics-headroom = On the way to throttling
diagnostics-supply = Power
diagnostics-plugged = plugged in
diagnostics-on-battery = on battery
diagnostics-level = Battery level
diagnostics-saving = Power saving
diagnostics-on = on
diagnostics-off = off
diagnostics-told-by = Read from:
diagnostics-memory = Memory
diagnostics-memory-now = The app now
diagnostics-memory-peak = The app at most
diagnostics-memory-device = The device
diagnostics-settings = Settings in force
diagnostics-threads-next = { $n }, { $next } from the next start
diagnostics-models = Models
diagnostics-origin = From: { $origin }
diagnostics-unusable = cannot be used
diagnostics-measurements = Measurements
diagnostics-not-measured = Nothing was measured yet. The Benchmark screen measures.
diagnostics-log = Log
diagnostics-log-help = The last 200 lines, in seconds since the start.
diagnostics-log-empty = Nothing was logged yet.
