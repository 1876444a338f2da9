; The installer's own words, in the languages of the window.
!macro say ID ENGLISH TRADITIONAL SIMPLIFIED JAPANESE KOREAN
	LangString ${ID} ${LANG_ENGLISH} "${ENGLISH}"
	LangString ${ID} ${LANG_TRADCHINESE} "${TRADITIONAL}"
	LangString ${ID} ${LANG_SIMPCHINESE} "${SIMPLIFIED}"
	LangString ${ID} ${LANG_JAPANESE} "${JAPANESE}"
	LangString ${ID} ${LANG_KOREAN} "${KOREAN}"
!macroend

!insertmacro say startup "Start at login" "登入時啟動" "登录时启动" "ログイン時に起動" "로그인할 때 시작"
!insertmacro say on_path "Command line" "命令列" "命令行" "コマンドライン" "명령줄"
!insertmacro say about_program \
	"The program, with a shortcut in the Start menu." \
	"程式本體，以及開始功能表中的捷徑。" \
	"程序本体，以及开始菜单中的快捷方式。" \
	"本体と、スタートメニューのショートカット。" \
	"프로그램과 시작 메뉴 바로 가기입니다."
!insertmacro say about_startup \
	"Starts Headgate in the background when you log in, so that your tools find the gateway." \
	"在您登入時於背景啟動 Headgate，讓您的工具隨時能連上閘道。" \
	"在您登录时于后台启动 Headgate，让您的工具随时能连上网关。" \
	"ログイン時に Headgate をバックグラウンドで起動し、ツールがいつでもゲートウェイを使えるようにします。" \
	"로그인하면 Headgate를 백그라운드에서 시작하여 도구가 언제든 게이트웨이를 사용할 수 있게 합니다."
!insertmacro say about_path \
	"Makes the command headgate known to new terminals." \
	"讓新開的終端機可以使用 headgate 命令。" \
	"让新打开的终端可以使用 headgate 命令。" \
	"新しく開いたターミナルで headgate コマンドを使えるようにします。" \
	"새로 여는 터미널에서 headgate 명령을 쓸 수 있게 합니다."
!insertmacro say ending \
	"Waiting until the running Headgate has finished its calls" \
	"正在等待執行中的 Headgate 完成呼叫" \
	"正在等待运行中的 Headgate 完成调用" \
	"実行中の Headgate が呼び出しを終えるのを待っています" \
	"실행 중인 Headgate가 호출을 마치기를 기다리는 중"
!insertmacro say still_running \
	"Headgate is still running. Quit it from its icon in the notification area, then try again." \
	"Headgate 仍在執行。請從通知區域的圖示結束它，然後重試。" \
	"Headgate 仍在运行。请从通知区域的图标退出它，然后重试。" \
	"Headgate がまだ実行中です。通知領域のアイコンから終了して、もう一度お試しください。" \
	"Headgate가 아직 실행 중입니다. 알림 영역의 아이콘에서 종료한 뒤 다시 시도하세요."
!insertmacro say cannot_write \
	"The files could not be written to $INSTDIR. Choose a folder that you may write to." \
	"無法將檔案寫入 $INSTDIR。請選擇您有寫入權限的資料夾。" \
	"无法将文件写入 $INSTDIR。请选择您有写入权限的文件夹。" \
	"$INSTDIR にファイルを書き込めませんでした。書き込みできるフォルダーを選んでください。" \
	"$INSTDIR에 파일을 쓸 수 없습니다. 쓰기 권한이 있는 폴더를 선택하세요."
!insertmacro say too_old \
	"Headgate needs Windows 10 or later." \
	"Headgate 需要 Windows 10 或更新版本。" \
	"Headgate 需要 Windows 10 或更高版本。" \
	"Headgate には Windows 10 以降が必要です。" \
	"Headgate를 사용하려면 Windows 10 이상이 필요합니다."
!insertmacro say installing_webview \
	"Installing Microsoft's WebView2, which the window needs" \
	"正在安裝視窗所需的 Microsoft WebView2" \
	"正在安装窗口所需的 Microsoft WebView2" \
	"ウィンドウに必要な Microsoft WebView2 をインストールしています" \
	"창에 필요한 Microsoft WebView2를 설치하는 중"
!insertmacro say delete_data \
	"Also delete your data: providers with their keys, groups, settings and the call log?$\r$\n$\r$\n$APPDATA\Headgate" \
	"是否一併刪除您的資料，包括供應商及其金鑰、群組、設定與呼叫日誌？$\r$\n$\r$\n$APPDATA\Headgate" \
	"是否一并删除您的数据，包括供应商及其密钥、群组、设置和调用日志？$\r$\n$\r$\n$APPDATA\Headgate" \
	"プロバイダーとそのキー、グループ、設定、コールログなどのデータも削除しますか？$\r$\n$\r$\n$APPDATA\Headgate" \
	"공급자와 키, 그룹, 설정, 호출 로그를 포함한 데이터도 삭제할까요?$\r$\n$\r$\n$APPDATA\Headgate"
