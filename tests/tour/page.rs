//! What a person does in the app's window: looks, presses, types. Names are what stands on the screen.

use super::app::App;
use super::stage;
use serde_json::{Value, json};
use std::path::Path;
use std::time::{Duration, Instant};
use thirtyfour::{By, WebElement};

const FIND: &str = include_str!("page.js");
const LAYOUT: &str = include_str!("layout.js");
/// Longer than anything on a screen may take that is not waited for on purpose.
const PATIENCE: Duration = Duration::from_secs(10);

impl App {
    fn session(&self) -> &thirtyfour::WebDriver {
        self.session.as_ref().expect("the app was not killed")
    }

    fn run(&self, script: &str, args: Vec<Value>) -> thirtyfour::session::scriptret::ScriptRet {
        self.runtime.block_on(self.session().execute(script, args)).unwrap_or_else(|e| panic!("{e}\n{}", self.log()))
    }

    /// The value of an expression in the page.
    pub fn ask(&self, expression: &str) -> Value {
        self.run(&format!("return ({expression});"), vec![]).json().clone()
    }

    /// Everything that can be read now.
    pub fn text(&self) -> String {
        self.ask("document.querySelector('.app')?.innerText").as_str().unwrap_or_default().to_string()
    }

    /// Waits until `words` can be read; how long that took.
    pub fn wait_for(&self, words: &str) -> Duration {
        self.wait_at_most(words, PATIENCE)
    }

    /// Waits so long.
    pub fn wait_at_most(&self, words: &str, patience: Duration) -> Duration {
        let began = Instant::now();
        stage::wait(words, patience, || self.text(), || self.text().contains(words).then_some(()));
        began.elapsed()
    }

    /// Waits until `words` cannot be read any more.
    pub fn wait_until_gone(&self, words: &str) {
        stage::wait(&format!("no {words}"), PATIENCE, || self.text(), || (!self.text().contains(words)).then_some(()));
    }

    /// Waits until what `id` names holds one of `words`; what it says then, and how long that took.
    pub fn wait_in(&self, id: &str, words: &[&str], patience: Duration) -> (String, Duration) {
        let began = Instant::now();
        let look = || self.text_of(id).filter(|text| words.iter().any(|w| text.contains(w)));
        let state = || format!("{id}: {:?}\n{}", self.text_of(id), self.text());
        let text = stage::wait(&format!("{words:?} in {id}"), patience, state, look);
        (text, began.elapsed())
    }

    /// What can be read in the element with this id.
    pub fn text_of(&self, id: &str) -> Option<String> {
        // textContent: what is folded away is there for whoever unfolds it.
        self.ask(&format!("document.getElementById({id:?})?.textContent ?? null")).as_str().map(str::to_string)
    }

    /// The one control with this name; waits for it.
    pub fn control(&self, name: &str) -> WebElement {
        self.control_at_most(name, PATIENCE)
    }

    /// Waits so long.
    pub fn control_at_most(&self, name: &str, patience: Duration) -> WebElement {
        self.find("control", name, patience)
    }

    /// Whether there is a control with this name now.
    pub fn has(&self, name: &str) -> bool {
        !self.run(FIND, vec![json!("control"), json!(name)]).json().is_null()
    }

    fn find(&self, what: &str, name: &str, patience: Duration) -> WebElement {
        let names = || format!("there are: {}", self.run(FIND, vec![json!("names"), json!("")]).json());
        stage::wait(&format!("a control called {name:?}"), patience, names, || {
            let found = self.run(FIND, vec![json!(what), json!(name)]);
            match found.json() {
                Value::Null => None,
                Value::Number(n) => panic!("{n} controls are called {name:?}; {}", names()),
                _ => Some(found.element().expect("an element")),
            }
        })
    }

    /// Clicks a control, as a finger would.
    pub fn press(&self, name: &str) {
        self.click("control", name);
    }

    /// Clicks a tab: its name may stand elsewhere, too.
    pub fn press_tab(&self, name: &str) {
        self.click("tab", name);
    }

    /// Goes to one of the screens that the last tab leads to. Where no model is, the screen before has a button that says
    /// "Models", too, and is in view until the tab is.
    pub fn press_in_more(&self, name: &str) {
        self.press_tab("More");
        self.wait_for_screen("more");
        self.press(name);
    }

    fn click(&self, what: &str, name: &str) {
        let began = Instant::now();
        loop {
            match self.runtime.block_on(self.find(what, name, PATIENCE).click()) {
                Ok(()) => return,
                // It was drawn anew in between.
                Err(e) if began.elapsed() < Duration::from_secs(2) => {
                    let _ = e;
                    std::thread::sleep(Duration::from_millis(20));
                }
                Err(e) => panic!("{name:?} cannot be pressed: {e}"),
            }
        }
    }

    /// Holds a control down for so long, as a finger would.
    pub fn hold(&self, name: &str, how_long: Duration) {
        let control = self.control(name);
        let hold = self.session().action_chain().click_and_hold_element(&control);
        self.runtime.block_on(hold.perform()).unwrap_or_else(|e| panic!("{name:?} cannot be held: {e}"));
        std::thread::sleep(how_long);
        let release = self.session().action_chain().release();
        self.runtime.block_on(release.perform()).unwrap_or_else(|e| panic!("{name:?} cannot be let go: {e}"));
    }

    /// Types into it, key by key.
    pub fn type_into(&self, name: &str, keys: &str) {
        self.runtime
            .block_on(self.control(name).send_keys(keys))
            .unwrap_or_else(|e| panic!("typing into {name:?}: {e}"));
    }

    /// The system's Back, a phone's button or gesture. There must be something to go back from.
    pub fn back(&self) {
        self.wait_for_history();
        self.ask("history.back()");
    }

    fn wait_for_history(&self) {
        let below = "history.state?.below === true";
        stage::wait(
            "a step in the history",
            PATIENCE,
            || self.text(),
            || (self.ask(below) == json!(true)).then_some(()),
        );
    }

    /// Picks a file with a control whose dialog the page opens: the driver closes that dialog, and gives the file to the
    /// page's own input.
    pub fn pick_in_page(&self, name: &str, file: &Path) {
        self.press(name);
        self.runtime.block_on(async {
            let input = self.session().find(By::Id("onhand-file")).await.expect("the page has its input");
            input.send_keys(file.display().to_string()).await.expect("the driver gives it the file");
        });
    }

    /// The value of a field.
    pub fn value_of(&self, name: &str) -> String {
        self.runtime.block_on(self.control(name).value()).ok().flatten().unwrap_or_default()
    }

    /// What is on the clipboard, pasted with the keys that a person presses.
    pub fn clipboard(&self) -> String {
        const FIELD: &str = "what is on the clipboard";
        /// WebDriver's Control; the end of the keys lets go of it.
        const CONTROL: char = '\u{e009}';
        self.ask(&format!(
            "(() => {{ const field = document.createElement('textarea'); field.setAttribute('aria-label', '{FIELD}');\
             field.style = 'position: fixed; inset: 0 0 auto; z-index: 9'; document.body.append(field); }})()"
        ));
        self.type_into(FIELD, &format!("{CONTROL}v"));
        let text = self.value_of(FIELD);
        self.ask(&format!("void document.querySelector('[aria-label=\"{FIELD}\"]').remove()"));
        text
    }

    /// How many elements fit this selector and can be seen.
    pub fn count(&self, selector: &str) -> usize {
        let all = self.runtime.block_on(self.session().find_all(By::Css(selector))).expect("a selector");
        all.iter().filter(|e| self.runtime.block_on(e.is_displayed()).unwrap_or(false)).count()
    }

    /// Waits until the screen with this id is in view.
    pub fn wait_for_screen(&self, id: &str) {
        let seen = format!("!!document.getElementById('title-{id}')?.checkVisibility()");
        stage::wait(
            &format!("the screen {id}"),
            PATIENCE,
            || self.text(),
            || (self.ask(&seen) == json!(true)).then_some(()),
        );
    }

    /// Waits until the element with this id has the focus: a screen's title gets it a moment after the screen is in view.
    pub fn wait_for_focus(&self, id: &str) {
        let focused = format!("document.activeElement?.id === '{id}'");
        stage::wait(
            &format!("the focus on {id}"),
            PATIENCE,
            || self.text(),
            || (self.ask(&focused) == json!(true)).then_some(()),
        );
    }

    /// Gives the window this size inside.
    pub fn resize(&self, width: u32, height: u32) {
        let inside = || (self.ask("innerWidth").as_u64(), self.ask("innerHeight").as_u64());
        let wanted = (Some(width.into()), Some(height.into()));
        self.runtime.block_on(self.session().set_window_rect(0, 0, width, height)).expect("the window takes a size");
        stage::wait(
            &format!("{width}x{height}"),
            PATIENCE,
            || format!("{:?}", inside()),
            || (inside() == wanted).then_some(()),
        );
    }

    /// What is wrong with the layout in view.
    pub fn layout_faults(&self) -> Vec<String> {
        self.run(LAYOUT, vec![]).convert().expect("a list of texts")
    }

    /// The window as a picture (PNG), once what moves has come to rest: all but the level of the sound and the bars of live
    /// labels, which never do.
    pub fn picture(&self) -> Vec<u8> {
        std::thread::sleep(Duration::from_millis(300));
        let still = "document.getAnimations().every((a) => a.effect.getTiming().iterations === Infinity \
                     || a.effect.target?.closest('.mic-dock, .label-bar'))";
        stage::wait("nothing moves", PATIENCE, String::new, || (self.ask(still) == json!(true)).then_some(()));
        self.runtime.block_on(self.session().screenshot_as_png()).expect("a picture of the window")
    }
}
