# 공통
tabs-name = 화면
back-to = { $screen } 화면으로 돌아가기
cancel = 취소
try-again = 다시 시도
understood = 확인
exact-words = 자세한 오류 내용
to-models = 모델 화면으로
paused-hot = 멈춤: 기기가 뜨거워요
paused-critical = 중지: 기기가 너무 뜨거워요
paused-battery = 멈춤: 배터리가 거의 없어요
paused-hidden = 멈춤
percent = { $n }%
size-kb = { $n } kB
size-mb = { $n } MB
size-gb = { $n } GB
rate = { $size }/초
done-of = { $total } 중 { $done }
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
camera-pace-rate = 1초에 { $n }번
camera-pace-every = { $n }초에 1번
camera-pace-latency = { $ms } ms
camera-pace-age = { $n }초 전
camera-pace-duty = 느린 모델: { $rate }
camera-pace-warm = 따뜻함: { $rate }
camera-pace-hot = 뜨거움: { $rate }
camera-pace-heat-unknown = 온도 모름: { $rate }
camera-pace-low-battery = 배터리 절약: { $rate }
camera-pace-low-power-mode = 절전 모드: { $rate }
camera-pace-battery-unknown = 배터리 모름: { $rate }
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
text-ask = 지금 판단하기
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
