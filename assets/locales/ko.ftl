# 공통
tabs-name = 화면
back-to = { $screen } 화면으로 돌아가기
cancel = 취소
try-again = 다시 시도
understood = 확인
exact-words = 자세한 오류 내용
to-models = 모델 화면으로
percent = { $n }%
size-kb = { $n } kB
size-mb = { $n } MB
size-gb = { $n } GB
rate = { $size }/초
done-of = { $total } 중 { $done }
time-ms = { $n }ms
time-s = { $n }초
left-seconds = { $n }초 남음
left-minutes = { $n }분 남음
left-hours = { $n }시간 남음

# 화면
camera-title = 카메라
microphone-title = 마이크
text-title = 어떤 느낌의 글인가요?
text-tab = 글
more-title = 더 보기
models-title = 모델
benchmark-title = 성능 측정
settings-title = 설정

# 더 보기
more-models =
    { $n ->
        [0] 설치된 모델 없음
       *[other] { $n }개 설치됨
    }
more-models-busy = 설치 중
more-language-system = 시스템 언어

# 카메라
camera-stage = 카메라 화면
camera-result = 결과
camera-opening = 카메라를 여는 중이에요 …
camera-loading = 모델을 불러오는 중이에요 …
camera-waiting = 여기에 답이 나타나요.
camera-unsure = 확실히 아는 것이 없어요.
camera-no-model = 이 기기에 아직 사진용 모델이 없어요. 하나를 설치하고 돌아오면 바로 쓸 수 있어요.
camera-model-failed = 모델을 쓸 수 없어요. 모델 화면에서 확인하거나 다른 모델을 고르세요.
camera-no-bridge = 여기에서는 카메라를 보여 줄 수 없어요. 다른 프로그램을 닫고 Onhand를 다시 시작하세요.
camera-no-device = 이 기기에는 카메라가 없어요. 카메라를 연결하거나 사진을 고르세요.
camera-denied = Onhand가 카메라를 쓸 수 없어요. 다시 시도해서 허용하거나 사진을 고르세요.
camera-denied-for-good = Onhand의 카메라 사용이 꺼져 있어요. 시스템 설정에서 허용한 뒤 다시 시도하세요.
camera-busy = 다른 프로그램이 카메라를 쓰고 있어요. 그 프로그램을 닫고 다시 시도하세요.
camera-unplugged = 카메라가 사라졌어요. 다시 연결하면 저절로 이어져요.
camera-unreadable = 보여 줄 사진이 없어요. 다른 사진이나 폴더를 고르세요.
camera-failed = 카메라가 응답하지 않아요. 다시 시도하거나 사진을 고르세요.
camera-pace-waiting = 준비하는 중
camera-pace-still = 장면이 그대로예요
camera-pace-rate =
    { $n ->
       *[other] 1초에 { $n }번
    }
camera-pace-latency = { $ms } ms
camera-pace-age =
    { $n ->
       *[other] { $n }초 전
    }
camera-pace-duty = 느린 모델: { $rate }
camera-pace-warm = 따뜻함: { $rate }
camera-pace-hot = 뜨거움: { $rate }
camera-pace-heat-unknown = 온도 모름: { $rate }
camera-pace-low-battery = 배터리 절약: { $rate }
camera-pace-low-power-mode = 절전 모드: { $rate }
camera-pace-battery-unknown = 배터리 모름: { $rate }
camera-paused-hot = 멈춤: 기기가 뜨거워요
camera-paused-critical = 중지: 기기가 너무 뜨거워요
camera-paused-battery = 멈춤: 배터리가 거의 없어요
camera-paused-hidden = 멈춤
camera-counts = 지금까지 답 { $runs }번, 움직임이 없어 건너뛴 장면 { $still }개.
camera-label-said = { $name }, { $percent }퍼센트
camera-copy = { $label }. 복사
camera-copied = 복사했어요: { $text }
camera-cannot-copy = 여기에서는 복사할 수 없어요.
camera-bad-picture = { $name }: 읽을 수 있는 사진이 아니에요. 다른 사진을 고르세요.
camera-freeze = 멈추기
camera-live = 다시 실시간
camera-ask = 지금 보기
camera-pick = 사진
camera-flip = 전환
camera-share = 공유
camera-choices = 표시할 양
camera-count = 답의 수
camera-least = 최소 확률

# 글
text-input = 글
text-hint = 영어 문장을 쓰거나 붙여 넣으세요
text-clear = 지우기
text-private = 입력한 글은 이 기기를 떠나지 않아요.
text-answer = 결과
text-loading = 모델을 불러오는 중이에요 …
text-waiting = 입력을 잠시 멈추면 여기에 결과가 나타나요.
text-judging = 읽는 중이에요 …
text-no-model = 이 기기에는 아직 글 모델이 없어요. 설치하고 돌아오면 바로 쓸 수 있어요.
text-failed = 잘되지 않았어요. 다시 시도해 보고, 또 안 되면 모델 화면에서 모델을 검사해 주세요.
text-positive = 긍정
text-negative = 부정
text-said = { $side }, { $percent }퍼센트
text-unknown-language = 이 모델은 영어만 읽어요. 모르는 언어라서 결과를 내도 의미가 없어요.
text-too-long = 글이 { $chars }자예요. 앞의 { $judged }자만 판단했어요.
text-windows = 긴 글이라 겹치는 { $n }개 부분의 평균을 냈어요.
text-why = 낱말마다 준 영향
text-toward-positive = 긍정 쪽
text-toward-negative = 부정 쪽
text-examples = 예문
text-example-1 = What a lovely evening: nobody wanted to leave.
text-example-2 = Two hours of noise, and not one good scene.

# 모델
models-looking = 확인하는 중이에요 …
models-free = { $size } 사용 가능
models-for-camera = 카메라에 보이는 것의 이름을 알려 줘요.
models-for-microphone = 말을 글로 옮겨 줘요.
models-for-text = 글의 느낌을 알려 줘요.
models-in-progress = 진행 중
models-other = 그 밖의 모델
models-to-fetch = 받을 크기 { $size }
models-on-disk = 차지하는 공간 { $size }
models-used-by = 사용 중: { $screen }
models-install = 설치
models-pause = 일시 정지
models-resume = 이어받기
models-discard = 버리기
models-use = 이 모델 사용
models-verify = 검사
models-delete = 삭제
models-keep = 그대로 두기
models-fetch-again = 다시 설치
models-delete-sure = { $model } 모델을 삭제할까요? { $size }의 공간이 생겨요. 나중에 다시 설치할 수 있어요.
models-queued = 차례를 기다리고 있어요.
models-paused = 일시 정지했어요.
models-here = 받아 둔 { $size }는 남아 있어요.
models-verifying = 모든 파일을 검사하는 중이에요 …
models-removing = 삭제하는 중이에요 …
models-failed = 설치하지 못했어요.
models-not-removed = 삭제하지 못했어요.
models-damaged = 파일이 없거나 손상되어 이 모델을 쓸 수 없어요.
models-good = 검사했어요. 모든 파일이 설치할 때와 같아요.
models-unrecorded = 검사했어요. 모델은 온전하지만, 비교할 지문이 없는 파일이 있어요.
models-bad = 설치한 뒤에 모델이 바뀌었어요. 삭제하고 다시 설치해 주세요.
models-replaced = 여기에서는 { $wanted } 모델에 연결할 수 없어서 { $comes } 모델을 대신 받아요.
models-details = 자세히
models-from-hub = 허브에서 받음: { $what }
models-from-packages = 파이썬 패키지로 받음: { $what }
models-from-directory = 폴더에서 가져옴: { $what }
models-from-unknown = 직접 넣은 모델
models-offered-hub = 허브: { $what } ({ $size })
models-offered-packages = 파이썬 패키지: { $what } ({ $size })
models-said-installed = { $model } 모델을 설치했어요.
models-said-removed = { $model } 모델을 삭제했어요.
models-said-failed = { $model } 모델 작업이 잘되지 않았어요.
models-said-good = { $model } 모델을 검사했고 이상이 없어요.
models-said-bad = { $model } 모델을 검사했고 손상되어 있어요.
models-said-replaced = { $model } 모델에 연결할 수 없어서 다른 모델을 대신 받아요.
phase-starting = 시작하는 중
phase-waiting = 다른 프로그램이 받는 중
phase-downloading = 받는 중
phase-checking = 검사하는 중
phase-unpacking = 압축을 푸는 중
phase-converting = 준비하는 중
phase-verifying = 검사하는 중
phase-installing = 설치하는 중

# 처음 시작
starter-title = 모델 설치
starter-why = Onhand는 이 기기에 있는 모델로 보고, 듣고, 읽어요. 모델은 한 번만 받으면 되고, 그다음에는 네트워크가 필요 없어요. 보여 주거나 말하거나 쓴 것은 기기를 떠나지 않아요.
starter-most = 다른 곳에서만 받을 수 있으면 최대 { $size }까지 받아요.
starter-no-room = 남은 공간이 { $size }뿐이에요. 모델을 줄이거나 공간을 비워 주세요.
starter-nothing-yet = 누르기 전에는 아무것도 받지 않아요.
starter-install = 모델 { $n }개 설치 ({ $size })

# 모델 문제
trouble-network = 연결할 수 없어요. 네트워크를 확인하고 다시 시도해 주세요. 받아 둔 것은 남아 있어요.
trouble-offline = 오프라인 모드라서 받을 수 없어요. 오프라인 모드를 끄고 다시 시도해 주세요.
trouble-disk-full = 공간이 부족해요. 공간을 비우고 다시 시도해 주세요. 받아 둔 것은 남아 있어요.
trouble-refused = 접근이 거부됐어요. 접근 토큰이 없거나 만료됐을 수 있어요.
trouble-busy = 서버가 바빠요. 몇 분 뒤에 다시 시도해 주세요. 받아 둔 것은 남아 있어요.
trouble-answer = 서버의 응답이 올바르지 않아요. 네트워크를 확인하고 다시 시도해 주세요.
trouble-content = 받은 내용이 예상과 달라서 버렸어요. 다시 시도해 주세요.
trouble-pip = 여기에서는 파이썬 패키지를 받을 수 없어요. 네트워크를 확인하고 다시 시도해 주세요.
trouble-in-the-way = 그 자리에 다른 것이 있어요. 옮긴 다음 다시 시도해 주세요.
trouble-setting = 이 시스템의 설정에 모델을 둘 곳이나 받을 곳이 올바르게 지정되지 않았어요.
trouble-disk = 디스크를 읽거나 쓸 수 없어요. 폴더를 바꿀 권한이 있는지 확인해 주세요.
trouble-other = 다시 시도해 주세요.

# 설정
settings-look = 언어와 모양
settings-language = 언어
settings-as-system = 시스템
settings-theme = 테마
settings-theme-light = 밝게
settings-theme-dark = 어둡게
settings-pace = 속도
settings-interval = 결과 사이의 최소 간격
settings-interval-value = { $ms }ms
settings-interval-help = 짧을수록 빠르게 반응하고, 길수록 배터리를 아껴요.
settings-protection = 배터리와 발열 보호
settings-protection-light = 약하게
settings-protection-balanced = 보통
settings-protection-strong = 강하게
settings-protection-help = 기기가 뜨겁거나 배터리가 적으면 스스로 느려져요. 얼마나 일찍 느려질지 정해요.
settings-models = 사용할 모델
settings-automatic = 자동
settings-no-model = 설치된 모델 없음
settings-compute = 계산
settings-unit = 실행 장치
settings-unit-cpu = 프로세서 (CPU)
settings-unit-help = 휴대전화에서는 더 많은 장치를 고를 수 있게 돼요.
settings-threads = 스레드
settings-threads-automatic = 자동 ({ $n })
settings-threads-restart = Onhand를 다시 시작하면 적용돼요. 그때까지는 스레드 { $n }개를 사용해요.
settings-damaged = 설정 파일이 손상되어 따로 옮겨 두었어요. 읽을 수 없는 부분은 처음 상태로 돌아갔어요.
settings-unreadable = 설정 파일을 읽을 수 없어서 모든 설정이 처음 상태예요.
settings-not-saved = 바꾼 설정이 적용됐지만 저장하지 못했어요. Onhand를 닫으면 사라져요.

# 정보
about = 정보
about-version = Onhand { $version }
about-private = 모든 일은 이 기기 안에서 이루어져요. 요청한 모델을 받을 때만 인터넷에 연결해요.
about-licence = 라이선스: { $licence }
about-models = 모델과 라이선스
about-crates = Onhand에 쓰인 오픈 소스 소프트웨어

# 성능 측정
benchmark-line = 이 기기에서 모델이 얼마나 빠른지 재요
benchmark-models = 측정할 모델
benchmark-no-models = 이 기기에는 아직 모델이 없어요. 설치하고 다시 와 주세요.
benchmark-length = 측정 시간
benchmark-quick = 빠르게
benchmark-minutes = { $n }분
benchmark-quick-help = 모델마다 5~20초씩 차례로 실행해요.
benchmark-sustained-help = 발열이 드러나도록 모델마다 쉬지 않고 실행해요. 기기가 따뜻해져요.
benchmark-threads-fixed = 앱을 시작할 때 정해진 스레드 { $n }개를 사용해요. 설정에서 바꾸면 다음 시작부터 적용돼요.
benchmark-start =
    { $n ->
        [0] 측정하기
       *[other] 모델 { $n }개 측정하기
    }
benchmark-pick-one = 모델을 하나 이상 골라 주세요.
benchmark-tip = 다른 앱을 닫고, 측정하는 동안 기기를 그대로 두세요.
benchmark-starting = 시작하는 중이에요 …
benchmark-cancelled = 취소했어요. 끝나지 않은 측정은 남기지 않아요.
benchmark-resting = 다음 모델: { $model }
benchmark-rest-rest = 다음 측정 전에 기기를 잠시 쉬게 해요.
benchmark-rest-warm = 처음보다 기기가 따뜻해서 식을 때까지 쉬고 있어요.
benchmark-rest-blind = 기기를 쉬게 하고 있어요. 온도를 알 수 없어서 정해진 시간만큼 쉬어요.
benchmark-at-most = 길어도 { $left }
benchmark-skip = 바로 측정
benchmark-number = { $count }개 중 { $number }번째
benchmark-loading = 모델을 불러오는 중이에요 …
benchmark-warming-up = 예열하는 중이에요 …
benchmark-counting = 측정하는 중이에요 …
benchmark-loading-again = 다시 불러오는 중이에요 …
benchmark-runs = { $n }회 실행
benchmark-progress = 진행 상황
benchmark-time-curve = 한 번 실행하는 시간
benchmark-heat-curve = 발열
benchmark-curve-said = { $what }: { $least }에서 { $most } 사이, 마지막은 { $last }
benchmark-heat-limit = 100%: 시스템이 크게 느려지는 지점
benchmark-heat-now = 발열: { $word }
benchmark-heat-unknown = 알 수 없음
benchmark-heat-cool = 시원함
benchmark-heat-warm = 따뜻함
benchmark-heat-hot = 뜨거움
benchmark-heat-very-hot = 매우 뜨거움
benchmark-results = 결과
benchmark-finished = 성능 측정이 끝났어요.
benchmark-failed = { $model } 모델을 측정하지 못했어요.
benchmark-valid = 유효
benchmark-invalid = 유효하지 않음
benchmark-median = 실행 시간 중앙값
benchmark-p90 = 10회 중 9회는 이 시간 이내 (p90)
benchmark-p99 = 100회 중 99회는 이 시간 이내 (p99)
benchmark-too-few = 실행 횟수가 부족해요
benchmark-not-told = 알 수 없음
benchmark-cpu = 한 번 실행에 쓴 프로세서 시간
benchmark-first-load = 처음 불러오기
benchmark-later-load = 다시 불러오기
benchmark-memory = 최대 메모리
benchmark-memory-app = 최대 메모리 (앱 전체)
benchmark-counted = 측정 횟수
benchmark-heat-between = 시작과 끝의 발열
benchmark-input-frame = 실행 한 번은 { $width } × { $height } 사진 한 장을 픽셀에서 이름까지 처리하는 일이에요.
benchmark-input-sound = 실행 한 번은 { $seconds }초 길이의 소리를 인코더와 디코더로 처리하는 일이에요. 예시 음성 뒤에 무음을 붙였어요.
benchmark-input-text = 실행 한 번은 { $n }토큰 길이의 글을 글자에서 결과까지 처리하는 일이에요.
benchmark-why-not = 이 결과는 믿기 어려워요.
benchmark-problem-hot = 기기가 뜨거웠어요. 시스템이 속도를 낮췄을 수 있어요.
benchmark-problem-low-power-mode = 시스템이 절전 중이었어요. 절전을 끄고 다시 측정해 주세요.
benchmark-problem-low-battery = 배터리가 { $n }%까지 내려갔어요. 충전하고 다시 측정해 주세요.
benchmark-problem-too-few-runs = { $n }회밖에 실행하지 못했어요.
benchmark-problem-spread = 실행 시간이 고르지 않아요. 평균의 { $n }%만큼 차이가 나요.
benchmark-problem-slower = 점점 느려졌어요. 처음 3분의 1보다 마지막 3분의 1이 { $n }% 더 걸렸어요.
benchmark-problem-faster = 점점 빨라졌어요. 처음 3분의 1보다 마지막 3분의 1이 { $n }% 덜 걸렸어요.
benchmark-problem-busy = 다른 프로그램이 기기의 { $n }%를 쓰고 있었어요. 닫고 다시 측정해 주세요.
benchmark-problem-starved = 모델이 프로세서 하나의 { $n }%만 쓸 수 있었어요. 나머지는 다른 일에 쓰였어요.
benchmark-caveat-heat-unknown = 기기의 온도를 알 수 없어서, 발열로 느려져도 실행 시간으로만 알 수 있어요.
benchmark-caveat-on-battery = 배터리로 측정했어요. 전원을 연결하면 더 빠른 기기가 많아요.
benchmark-caveat-rest-skipped = 측정 전에 쉬는 시간을 건너뛰었어요.
benchmark-caveat-debug-build = 개발용 Onhand로 측정했어요. 정식 버전은 더 빠를 수 있어요.
benchmark-baseline = 기준
benchmark-baseline-keep = 기준으로 저장
benchmark-baseline-same = 기준({ $time })과 비슷해요.
benchmark-baseline-faster = 기준({ $time })보다 { $n }% 덜 걸려요.
benchmark-baseline-slower = 기준({ $time })보다 { $n }% 더 걸려요.
benchmark-baseline-threads = 기준은 스레드 { $n }개로 측정했어요.
benchmark-baseline-other = 기준은 다른 기기나 다른 버전에서 측정했어요.
benchmark-baseline-doubtful = 기준 자체가 유효하지 않은 측정이에요.
benchmark-baseline-kept = { $model } 결과를 기준으로 저장했어요. 다음 측정부터 이것과 비교해요.
benchmark-baseline-not-kept = 기준이 적용됐지만 저장하지 못했어요. Onhand를 닫으면 사라져요.
benchmark-baseline-damaged = 기준 파일이 손상되어 따로 옮겨 두었어요. 지금은 기준이 없어요.
benchmark-baseline-unreadable = 기준 파일을 읽을 수 없어요. 지금은 기준이 없어요.
benchmark-article = 휴대전화 두 대와 비교
benchmark-article-this = 이 기기
benchmark-article-iphone = iPhone 14 Pro
benchmark-article-pixel = Pixel 7
benchmark-article-network = { $network } 한 번 실행
benchmark-article-note = 휴대전화의 수치는 Onhand가 참고한 글에 실린 것이고, 직접 측정한 값이 아니에요.
benchmark-export = 결과 보관
benchmark-save-json = JSON 저장
benchmark-save-csv = CSV 저장
benchmark-copy = 복사
benchmark-share = 공유
benchmark-saved = 저장했어요:
benchmark-not-saved = 저장하지 못했어요. 공간을 비우거나 폴더를 확인하고 다시 시도해 주세요.
benchmark-no-folder = 이 시스템에는 다운로드 폴더가 정해져 있지 않아요
benchmark-copied = 복사했어요.
benchmark-not-copied = 여기에서는 복사할 수 없어요. 파일로 저장해 주세요.
benchmark-share-line = { $model } ({ $variant }), 스레드 { $threads }개: 한 번에 { $time }, { $valid }
benchmark-share-device = Onhand { $version }, { $device }
