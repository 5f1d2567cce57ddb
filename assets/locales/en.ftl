# Everywhere
tabs-name = Screens
back-to = Back to { $screen }
cancel = Cancel
try-again = Try again
understood = Understood
exact-words = In exact words
to-models = Go to models
paused-hot = Paused: the device is hot
paused-critical = Stopped: the device is too hot
paused-battery = Paused: the battery is almost empty
paused-hidden = Paused
percent = { $n } %
size-kb = { $n } kB
size-mb = { $n } MB
size-gb = { $n } GB
rate = { $size }/s
done-of = { $done } of { $total }
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
text-title = How does it feel?
text-tab = Text
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
camera-model-failed = The model cannot be used. Check it on the Models screen, or choose another.
camera-no-bridge = The camera cannot be shown here. Close other programs and start Onhand again.
camera-no-device = This device has no camera. Connect one, or pick a picture.
camera-denied = Onhand may not use the camera. Try again and allow it, or pick a picture.
camera-denied-for-good = The camera is switched off for Onhand. Allow it in the system’s settings, then try again.
camera-busy = Another program is using the camera. Close it, then try again.
camera-unplugged = The camera is gone. Connect it again: it goes on by itself.
camera-unreadable = There is no picture to show. Choose another picture or folder.
camera-failed = The camera does not answer. Try again, or pick a picture.
camera-pace-waiting = Getting ready
camera-pace-still = Still scene
camera-pace-rate = { $n } per second
camera-pace-every = every { $n } seconds
camera-pace-latency = { $ms } ms
camera-pace-age =
    { $n ->
        [one] { $n } second ago
       *[other] { $n } seconds ago
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
camera-live = Live again
camera-ask = Look now
camera-pick = Picture
camera-flip = Flip
camera-share = Share
camera-choices = How much is shown
camera-count = Most answers
camera-least = At least

# Text
text-input = Your text
text-hint = Type or paste a sentence in English
text-clear = Clear
text-private = Nothing you type leaves this device.
text-answer = Answer
text-loading = Loading the model …
text-waiting = The answer appears here as soon as you pause.
text-judging = Reading …
text-ask = Judge it now
text-no-model = There is no model for texts on this device yet. Install one, and come back: nothing else is needed.
text-failed = That did not work. Try again; if it fails again, check the model on the Models screen.
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
text-why = What each word did
text-toward-positive = towards positive
text-toward-negative = towards negative
text-examples = Examples
text-example-1 = What a lovely evening: nobody wanted to leave.
text-example-2 = Two hours of noise, and not one good scene.

# Models
models-looking = Looking …
models-free = { $size } free
models-for-camera = Name what the camera sees.
models-for-microphone = Write down what is said.
models-for-text = Say how a text feels.
models-in-progress = In progress
models-other = Of another kind
models-to-fetch = { $size } to fetch
models-on-disk = { $size } on the disk
models-used-by = In use: { $screen }
models-install = Install
models-pause = Pause
models-resume = Resume
models-discard = Discard
models-use = Use this one
models-verify = Check
models-delete = Delete
models-keep = Keep
models-fetch-again = Install again
models-delete-sure = Delete { $model }? That frees { $size }. You can install it again later.
models-queued = Waits for its turn.
models-paused = Paused.
models-here = { $size } are here and are kept.
models-verifying = Checking every file …
models-removing = Deleting …
models-failed = Not installed.
models-not-removed = Not deleted.
models-damaged = This model cannot be used: a file is missing or damaged.
models-good = Checked: every file is as it was installed.
models-unrecorded = Checked: the model is complete. Not every file came with a fingerprint to compare.
models-bad = This model has changed since it was installed. Delete it and install it again.
models-replaced = { $wanted } cannot be reached from here. { $comes } is fetched instead.
models-details = Details
models-from-hub = From the hub: { $what }
models-from-packages = From Python packages: { $what }
models-from-directory = From a folder: { $what }
models-from-unknown = Put there by hand
models-offered-hub = On the hub: { $what } ({ $size })
models-offered-packages = As Python packages: { $what } ({ $size })
models-said-installed = { $model } is installed.
models-said-removed = { $model } is deleted.
models-said-failed = { $model }: that did not work.
models-said-good = { $model } is checked and good.
models-said-bad = { $model } is checked and damaged.
models-said-replaced = { $model } cannot be reached; another model is fetched instead.
phase-starting = Starting
phase-waiting = Another program is fetching it
phase-downloading = Fetching
phase-checking = Checking
phase-unpacking = Unpacking
phase-converting = Preparing
phase-verifying = Checking
phase-installing = Installing

# First start
starter-title = Install models
starter-why = Onhand sees, hears and reads with models on this device. They are fetched once; then no network is needed, and nothing you show, say or write leaves the device.
starter-most = Up to { $size } if only other sources can be reached.
starter-no-room = Only { $size } are free. Choose fewer models or make room.
starter-nothing-yet = Nothing is fetched until you tap.
starter-install =
    { $n ->
        [one] Install { $n } model ({ $size })
       *[other] Install { $n } models ({ $size })
    }

# What can go wrong with a model
trouble-network = The source cannot be reached. Check the network and try again; what is here is kept.
trouble-offline = Fetching is switched off (offline mode). Switch it on and try again.
trouble-disk-full = There is not enough room. Make room and try again; what is here is kept.
trouble-refused = The source refuses it. An access token may be missing or out of date.
trouble-busy = The source is busy. Try again in a few minutes; what is here is kept.
trouble-answer = The source gave a wrong answer. Check the network, then try again.
trouble-content = What came is not what was expected, and was not kept. Try again.
trouble-pip = Python packages cannot be fetched here. Check the network and try again.
trouble-in-the-way = Something else lies in its place. Move it away and try again.
trouble-setting = This system's settings name no good place or source for models.
trouble-disk = The disk cannot be read or written. Check that the folder is yours to change.
trouble-other = Try again.

# Settings
settings-look = Language and look
settings-language = Language
settings-as-system = System
settings-theme = Theme
settings-theme-light = Light
settings-theme-dark = Dark
settings-pace = Pace
settings-interval = Least time between answers
settings-interval-value = { $ms } ms
settings-interval-help = Shorter is livelier, longer saves battery.
settings-protection = Protect battery and heat
settings-protection-light = Lightly
settings-protection-balanced = Balanced
settings-protection-strong = Strongly
settings-protection-help = A warm device or a low battery slows Onhand down by itself; this says how early.
settings-models = Models in use
settings-automatic = Automatic
settings-no-model = None installed
settings-compute = Computing
settings-unit = Runs on
settings-unit-cpu = Processor (CPU)
settings-unit-help = Phones will offer more here.
settings-threads = Threads
settings-threads-automatic = Automatic ({ $n })
settings-threads-restart =
    { $n ->
        [one] Applies when Onhand is started again; until then { $n } thread is used.
       *[other] Applies when Onhand is started again; until then { $n } threads are used.
    }
settings-damaged = The settings file was damaged. It was put aside, and what could not be read is as at the first start.
settings-unreadable = The settings file cannot be read. Everything is as at the first start.
settings-not-saved = Your change is in force, but could not be saved: it will be gone when Onhand is closed.

# About
about = About
about-version = Onhand { $version }
about-private = Everything happens on this device. Onhand goes online only to fetch a model that you asked for.
about-licence = Licence: { $licence }
about-models = Models and their licences
about-crates = Open-source software in Onhand
