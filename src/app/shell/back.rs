//! The system's Back: a phone's button or gesture, a mouse's button.
//!
//! A screen that has one above it is a step in the page's history, and so is gone back from. On a tab there is no step, so
//! Back leaves the app, as the system does it. The script (assets/back.js) keeps the step, since a browser goes back in its
//! own time: who has gone elsewhere meanwhile is not taken back.

use super::Navigation;
use dioxus::prelude::*;

const SCRIPT: &str = include_str!("../../../assets/back.js");

/// Lets Back lead up. Called once, by what lives as long as the page.
pub fn use_system_back(navigation: Navigation) {
    let current = navigation.current;
    use_effect(move || {
        let is_below = current().parent().is_some();
        document::eval(&format!("{SCRIPT}\nonhandBack.want({is_below});"));
    });
    use_future(move || async move {
        let mut eval = document::eval(&format!(
            "{SCRIPT}\nonhandBack.up = () => dioxus.send(null); await new Promise(() => {{}});"
        ));
        while eval.recv::<()>().await.is_ok() {
            let parent = current.peek().parent();
            if let Some(parent) = parent {
                navigation.go(parent);
            }
        }
    });
}
